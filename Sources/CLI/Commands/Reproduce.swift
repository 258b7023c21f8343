import ArgumentParser
import Comfy
import Foundation
import Recipe
import Store
import SystemPackage

struct ReproduceCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Make an image again from its pinned bytes, and compare the pixels.",
        discussion: """
            The result is kept with the snapshot as a certificate: what was asked, which files the process really opened, \
            where it ran, what came of it. Exit code 0 says verified, 3 other pixels, 4 not proven, 5 no result.
            """)

    @OptionGroup var image: ImageArgument
    @OptionGroup var server: OptionalServerOption
    @Option(name: .customLong("out"), help: "Keep the picture that was made in this directory.") var output: String?
    @Flag(help: "Print the certificate.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        _ = try server.chosen()
        if let output { try Paths.requireText(output) }
    }

    func run() throws {
        let store = try store.open()
        let found = try image.find(in: store)
        let run = try SnapshotRun(found.snapshot, named: found.name, store: store)
        let original = try original(run, found.file)
        let place = try server.chosen()
        let target = try output.map { try Paths.openDirectory(try Paths.absolute($0)).directory }
        let result = try Blocking.run {
            let stage = try await place.stage(run, models: .snapshot(run.row), pinned: run.models)
            do {
                let result = try await Reproduction(run: run, stage: stage, original: original, patience: place.timeout)
                    .perform()
                await stage.end()
                return result
            } catch {
                await stage.end()
                throw error
            }
        }
        var lines = result.lines
        if let target {
            let name = try EntryName(result.picture.name)
            try target.write(result.picture.bytes, to: name)
            lines.append("the picture is kept as \(target.path(of: [name]))")
        } else if case .launched = place.place {
            lines.append("the picture went with the ComfyUI that was launched; --out DIR keeps it")
        }
        try store.keep(certificate: result.certificate, result.verdict, of: run.row)
        if json {
            Terminal.say(result.certificate)
        } else {
            for (index, line) in lines.enumerated() {
                Terminal.say((index == 0 ? "\(found.name): " : "  ") + line)
            }
        }
        switch result.verdict {
        case .verified: return
        case .different: throw ExitCode.otherPixels
        case .unproven, .incomparable: throw ExitCode.unproven
        }
    }

    /// The image's file: the one that was named, or where it was when it was read.
    private func original(_ run: SnapshotRun, _ given: FilePath?) throws -> [UInt8]? {
        let wanted = run.document.snapshot.image.sha256
        let own = try given.flatMap { try run.store.digest(ofFile: $0) == wanted ? $0 : nil }
        let path = try own ?? run.store.file(ofImage: wanted)
        return try path.map { try OpenFile(named: $0).bytes() }
    }
}
