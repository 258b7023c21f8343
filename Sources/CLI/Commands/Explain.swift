import ArgumentParser
import Comfy
import Recipe
import Reproduction
import Store

struct ExplainCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say how far an image can be reproduced, and why.",
        discussion: """
            Every reason is said in a sentence, with what would raise the grade. The same text ends the image's card, \
            by-image/…/NAME.txt. The grade is that of the store as it is now.
            """)

    @OptionGroup var image: ImageArgument
    @Option(help: "A running ComfyUI to compare with the recorded environment.", transform: ComfyServer.init)
    var server: ComfyServer?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.openToRead()
        let found = try image.find(in: store)
        try image.tellSuccessor(of: found, in: store)
        let others = try server.map { try differences(on: $0, of: found, store) } ?? []
        let document = try store.recipeDocument(of: found.snapshot, named: found.name, others: others)
        let places = try store.places(ofModelsOf: found.snapshot)
        if json {
            return Terminal.say(
                .object(.init((document.explanationJSON.object?.members ?? []) + [("places", places.json)])))
        }
        Terminal.say("\(document.name): \(document.verdict.grade)")
        Terminal.say(text: document.explanation)
        // The lessons of certificates change with each of them, so they are not part of the card.
        if !document.lessons.isEmpty {
            Terminal.say(text: (["What was made again says:"] + document.lessons.map { "  - \($0.text)" }).shown)
        }
        Terminal.say(lines(places, document.id))
    }

    /// What is known of remotes, if it matters: bytes are missing here, or are at a remote, too.
    private func lines(_ places: ModelPlaces, _ id: Digest) -> [String] {
        guard places.models > 0, places.here < places.models || !places.remotes.isEmpty else { return [] }
        let all = places.models.grouped
        let missing = places.missing > 0 ? "; \(places.missing.asSize) are not" : ""
        return ["Where its models are:", "  - here: \(places.here.grouped) of \(all)\(missing)"]
            + places.remotes.map { there in
                let proof =
                    there.proven.map { "read there and right on \($0.local.prefix(10))" } ?? "not all read there"
                let fetch =
                    there.missing > 0
                    ? "; bring \(there.missing.asSize) with: "
                        + ShellCommand.reprofs(
                            "fetch", options: [("--from", there.remote)], String(id.hex.prefix(12))) : ""
                return "  - \(there.remote): \(there.models.grouped) of \(all), \(proof)\(fetch)"
            }
    }

    /// What differs on a server from the environment in which the image was made.
    private func differences(
        on server: ComfyServer, of image: FoundImage, _ store: Store
    ) throws -> [Reason] {
        let document = try store.recipeDocument(of: image.snapshot, named: image.name)
        return try Blocking.run {
            let present = try await server.environment(of: server.process)
            var reasons =
                document.environment.map {
                    EnvironmentComparison.reasons(recorded: $0, present: present)
                } ?? [Reason(.environmentVersion, "the environment in which the image was made is not recorded")]
            if let prompt = document.prompt, let graph = ComfyGraph(try JSONParser.parse(prompt)) {
                let classes = try await server.differences(of: graph, recorded: document.environment)
                reasons += classes.map { Reason(.environmentNodes, $0.message) }
            }
            return reasons
        }
    }
}

extension ModelPlaces {
    fileprivate var json: JSON {
        [
            "models": .integer(models), "here": .integer(here), "missing": .integer(missing),
            "remotes": .array(
                remotes.map {
                    [
                        "name": .string($0.remote), "models": .integer($0.models),
                        "proven": .string(orNull: $0.proven?.description), "missing": .integer($0.missing),
                    ]
                }),
        ]
    }
}
