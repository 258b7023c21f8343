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
            where it ran, what came of it. Exit code 0 says verified, 3 other pixels, 4 not proven, 5 no result.
            """)

    @OptionGroup var image: ImageArgument
    @OptionGroup var server: ServerOption
    @Flag(help: "Print the certificate.") var json = false
    @OptionGroup var store: StoreOption

    func validate() throws { _ = try server.chosen() }

    func run() throws {
        let store = try store.open()
        let found = try image.find(in: store)
        let run = try SnapshotRun(found.snapshot, named: found.name, store: store)
        let original = try run.original(found.file)
        let place = try server.chosen()
        let result = try Blocking.run {
            let line = RunLine()
            defer { line.clear() }
            return try await ReproductionAttempt.make(run, on: place, original: original) { line.show($0) }
        }
        if json {
            Terminal.say(result.certificate)
        } else {
            for (index, line) in result.lines.enumerated() {
                Terminal.say((index == 0 ? "\(found.name): " : "  ") + line)
            }
        }
        switch result.verdict {
        case .verified: return
        case .different: throw ExitCode.otherPixels
        case .unproven, .incomparable: throw ExitCode.unproven
        }
    }
}
