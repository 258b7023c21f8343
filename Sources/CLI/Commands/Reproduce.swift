import ArgumentParser
import Comfy
import Foundation
import Recipe
import Reproduction
import Store

struct ReproduceCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Make an image again from its pinned bytes, and compare the pixels.",
        discussion: """
            The result is kept with the snapshot as a certificate: what was asked, which files the process really opened, \
            where it ran, what came of it. What is not here, but at a remote, is fetched first, once the ComfyUI is known to be \
            there. Exit code 0 says verified, 3 other pixels, 4 not proven, 5 no result.
            """)

    @OptionGroup var image: ImageArgument
    @OptionGroup var server: ServerOption
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
        let run = try SnapshotRun(found.snapshot, named: found.name, store: store, isComplete: false)
        let place = try server.chosen()
        let target = try output.map { try Paths.openDirectory(try Paths.absolute($0)).directory }
        try fetchMissing(store.lostFiles(of: run.row), in: store) {
            try Blocking.run { try await place.requireReady(for: run) }
        }
        try run.requireBytes()
        let original = try run.original(found.file)
        let result = try Blocking.run {
            let line = RunLine()
            return try await ReproductionAttempt.make(run, on: place, original: original) { line.show($0) }
        }
        var lines = result.lines
        if let target {
            let name = try EntryName(result.picture.name)
            let kept = try target.add(result.picture.bytes, as: name, isPrivate: run.row.document.isPrivate)
            lines.append("the picture is kept as \(target.path(of: [kept]))")
        } else if place.isLaunched {
            lines.append("the picture went with the ComfyUI that was launched; --out DIR keeps it")
        }
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
        case .failed: throw ExitCode.serverFailed
        }
    }
}
