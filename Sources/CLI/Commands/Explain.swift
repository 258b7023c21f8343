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
        if json { return Terminal.say(document.explanationJSON) }
        Terminal.say("\(document.name): \(document.verdict.grade)")
        Terminal.say(text: document.explanation)
        // They change with every certificate, so they are not part of the card.
        if !document.lessons.isEmpty {
            Terminal.say(text: (["What was made again says:"] + document.lessons.map { "  - \($0.text)" }).shown)
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
