import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// Every writing operation is ended, or fails, at each of its steps. Afterwards the store is as before or as after it, all that
/// it serves is whole, and the operation done again comes to what it would have come to.
@Suite(.timeLimit(.minutes(20))) struct `At each of its steps` {
    enum Operation: String, CaseIterable, Sendable {
        case add, copy, snapshot, pin, unpin, backup, collect, forget, restore, use, repair, move, rebuild
    }
    enum Fault: String, CaseIterable, Sendable {
        case kill, eio, enospc
    }

    private static let model = "checkpoints/model.safetensors"

    /// A store with something to do for every operation, and where each begins.
    private final class Scene {
        let line: CommandLineFixture
        private var directory: FilePath { line.directory.path }
        private var base: FilePath { line.directory.appending("base") }
        private var scene: FilePath { line.directory.appending("scene") }
        var store: FilePath { scene.appending("store") }

        init(_ operation: Operation) throws {
            line = try CommandLineFixture()
            let setUp = { (arguments: [String]) throws in
                let outcome = try self.reprofs(arguments)
                try #require(outcome.status == 0, "\(arguments): \(outcome.complaint)")
            }
            try FileManager.default.createDirectory(atPath: scene.string, withIntermediateDirectories: true)
            try setUp(["init"])
            for seed in 1...2 as ClosedRange<UInt64> {
                try line.directory.write(SmallModel.bytes(seed: seed), to: "scene/models/" + model)
                try line.directory.write(SmallModel.bytes(seed: 100), to: "scene/models/loras/lora.safetensors")
                try setUp(["add", scene.appending("models").string])
                let image = try line.copyImage()
                try line.directory.write(
                    Array(try Data(contentsOf: URL(fileURLWithPath: image.string))) + [UInt8(seed)],
                    to: "scene/output/image\(seed).png")
            }
            try setUp(["snapshot", scene.appending("output/image1.png").string])
            if operation == .unpin { try setUp(["pin", "image1.png", "cover"]) }
            if operation == .repair || operation == .rebuild { try setUp(["pin", "image1.png", "cover"]) }
            if operation == .rebuild {
                try setUp(["backup"])
                for suffix in ["", "-wal", "-shm"] { unlink(store.string + "/catalogue.sqlite" + suffix) }
            }
            if operation == .repair {
                for seed in [2, 100] as [UInt64] {
                    try line.directory.write(SmallModel.bytes(seed: seed), to: "scene/spare/\(seed)")
                }
                unlink(store.string + "/blobs/sha256/" + SmallModel.digest(seed: 2).hex)
                try line.directory.write(
                    [1], to: "scene/store/blobs/sha256/" + SmallModel.digest(seed: 100).hex)
            }
            try line.directory.write(SmallModel.bytes(seed: 3), to: "scene/models/" + model)
            try line.directory.write(SmallModel.bytes(seed: 4), to: "scene/taken/checkpoints/taken.safetensors")
            try line.directory.write([1, 2, 3], to: "scene/taken/checkpoints/notes.txt")
            try FileManager.default.moveItem(atPath: scene.string, toPath: base.string)
        }

        /// Everything as it was at the beginning.
        func begin() throws {
            try? FileManager.default.removeItem(atPath: scene.string)
            let outcome = try line.run(tool: "/bin/cp", ["-a", base.string, scene.string])
            try #require(outcome.status == 0)
        }

        func run(_ operation: Operation, fault: String? = nil) throws -> CommandLineFixture.Outcome {
            let models = scene.appending("models").string
            let arguments =
                switch operation {
                case .add: ["add", models]
                case .copy: ["add", "--copy", models]
                case .snapshot: ["snapshot", scene.appending("output").string]
                case .pin: ["pin", "image1.png", "cover"]
                case .unpin: ["unpin", "cover"]
                case .backup: ["backup"]
                case .collect: ["gc", "--superseded-older-than", "0s", "--grace", "0s"]
                case .forget: ["gc", "--forget-unpinned-older-than", "0s", "--grace", "0s"]
                case .restore: ["restore", model + "@v1"]
                case .use: ["use", "image1.png"]
                case .repair: ["verify", "--restart", "--repair", "--from", scene.appending("spare").string]
                case .move: ["add", "--move", scene.appending("taken").string]
                case .rebuild: ["rebuild"]
                }
            return try reprofs(arguments, fault: fault)
        }

        private func reprofs(_ arguments: [String], fault: String? = nil) throws -> CommandLineFixture.Outcome {
            var environment = ["REPROFS_STORE": store.string]
            if let fault { environment["REPROFS_FAULT"] = fault }
            return try line.run(tool: CommandLineFixture.executable, arguments, environment: environment)
        }

        /// What a user sees of the store, and of the files beside it.
        func state() throws -> String {
            let store = try Store.open(store)
            var lines: [String] = []
            try store.forEachVersion(of: nil) {
                lines.append("\($0.folder)/\($0.name) v\($0.number) \($0.sha256) \($0.isLive) \($0.dropped != nil)")
            }
            lines += try store.snapshots(after: 0, limit: 100).map { "snapshot \($0.digest)" }
            lines += try store.pins(after: 0, limit: 100).map { "pin \($0.name) \($0.snapshot)" }
            lines.append("active \(try store.active().snapshot ?? "live")")
            lines.append("backups \(try store.backups().count)")
            return lines.joined(separator: "\n")
        }

        /// What has to be true of a store at any time. Lost are only those bytes that were lost before.
        func check(lost: Set<Digest>) throws -> [String] {
            var problems: [String] = []
            let store = try Store.open(store)
            problems += try store.verifyCatalogue().map(\.detail)
            problems += try store.verifyPins().map(\.detail)
            for blob in try store.blobs(after: 0, limit: 1000) {
                let bytes = try? store.bytes(of: blob)
                if bytes == nil, !lost.contains(blob.digest) { problems.append("\(blob.digest) cannot be read") }
                if let bytes, SHA256.digest(of: bytes) != blob.digest { problems.append("\(blob.digest) is damaged") }
            }
            problems += try FileManager.default.contentsOfDirectory(atPath: self.store.string + "/incoming").map {
                "incoming/\($0) is left"
            }
            // The only copies of a user's files: they are where they were, or in the store.
            for (path, seed) in [("models/" + model, 3), ("taken/checkpoints/taken.safetensors", 4)]
                as [(String, UInt64)]
            {
                let isThere =
                    FileManager.default.contents(atPath: scene.appending(path).string).map(Array.init)
                    == SmallModel.bytes(seed: seed)
                let digest = SmallModel.digest(seed: seed)
                let isStored =
                    try store.blob(digest).map { try store.bytes(of: $0) == SmallModel.bytes(seed: seed) } ?? false
                if !isThere && !isStored { problems.append("\(path) is nowhere") }
            }
            return problems
        }
    }

    @Test(arguments: Operation.allCases)
    func `an operation that is hit leaves a store that is whole`(operation: Operation) throws {
        let scene = try Scene(operation)
        try scene.begin()
        let before = operation == .rebuild ? nil : try scene.state()
        try #require(try scene.run(operation).status == 0)
        let after = try scene.state()
        let lost: Set<Digest> = operation == .repair ? [SmallModel.digest(seed: 2), SmallModel.digest(seed: 100)] : []
        /// Hits the step; false where the operation does not have so many.
        func hit(_ step: Int, _ fault: Fault) throws -> Bool {
            try scene.begin()
            let outcome = try scene.run(operation, fault: "\(fault.rawValue):\(step)")
            let isHit = outcome.status != 0
            if !isHit, fault == .kill { return false }
            let hint = Comment(rawValue: "\(operation) \(fault) \(step): \(outcome.complaint)")
            if isHit, fault != .kill { #expect(outcome.complaint.contains("cannot"), hint) }
            if operation == .rebuild, try Store.isStore(scene.store) == false {
                #expect(isHit, hint)
            } else {
                let state = try scene.state()
                #expect(state == before || state == after || Self.hasParts(operation), hint)
                // An error that costs a wish only is none of the user's.
                if !isHit { #expect(state == after, hint) }
                #expect(try scene.check(lost: lost) == [], hint)
            }
            let again = try scene.run(operation)
            #expect(again.status == 0 || [.rebuild, .unpin].contains(operation), "\(hint) again: \(again.complaint)")
            if operation != .backup { #expect(try scene.state() == after, hint) }
            #expect(try scene.check(lost: []) == [], hint)
            return true
        }
        var steps = 0
        while try hit(steps + 1, .kill) { steps += 1 }
        #expect(steps > 1)
        for fault in [Fault.eio, .enospc] { for step in 1...max(1, steps) { _ = try hit(step, fault) } }
    }

    /// Operations on several things, of which some may be done.
    private static func hasParts(_ operation: Operation) -> Bool {
        [.add, .copy, .snapshot, .move, .collect, .forget, .repair].contains(operation)
    }
}
