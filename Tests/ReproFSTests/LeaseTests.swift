import Foundation
import Glibc
import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The right to write models` {
    private let name = "checkpoints/model.safetensors"

    /// > One process at a time writes a store's models, at all of its mount points. Every other mount shows the same `models` and refuses
    /// > changes with EROFS; `.reprofs/status` says which process writes. When that process ends, for whatever reason, another takes its
    /// > place within a second.
    @Test func `is one server's, and moves when that ends`() throws {
        let fixture = try StoreFixture()
        try fixture.add(name, seed: 1)
        let holder = LiveView(fixture.store)
        #expect(try holder.lease.take(serving: ["/elsewhere"]))
        try View.mount(try Store.open(fixture.store.path)) { tree throws in
            let models = WritableTree(tree.mountPoint.appending("models"))
            #expect(try models.read(name) == SmallModel.bytes(seed: 1))
            func refuses(_ body: () throws -> Void) {
                #expect(throws: Errno.readOnlyFileSystem) { try body() }
            }
            refuses { try models.write(SmallModel.bytes(seed: 2), to: name) }
            refuses { try models.write([1], to: "checkpoints/new.txt") }
            refuses { try models.makeDirectory("loras") }
            refuses { try models.rename(name, to: "checkpoints/other.safetensors") }
            refuses { try models.remove(name) }
            refuses { try models.truncate(name, to: 0) }
            refuses { try models.setMode(name, 0o600) }
            refuses { try models.link("checkpoints/link", to: "model.safetensors") }
            #expect(try models.read(name) == SmallModel.bytes(seed: 1))
            let said = try tree.json(".reprofs/status")["models"]
            #expect(said?["writable"] == false)
            #expect(said?["readOnly"]?.string?.contains("process \(getpid()), which serves /elsewhere") == true)
            // Commands need no lease, and what they do is seen.
            try fixture.add("checkpoints/added.safetensors", seed: 3)
            try eventually { (try? models.read("checkpoints/added.safetensors")) == SmallModel.bytes(seed: 3) }
            holder.lease.give()
            try eventually { (try? models.write(SmallModel.bytes(seed: 2), to: name)) != nil }
            #expect(try tree.json(".reprofs/status")["models"]?["writable"] == true)
            try eventually { try fixture.store.liveVersion(of: name) == 2 }
        }
    }

    @Test func `takes no file away from those who have it open through another`() throws {
        let fixture = try StoreFixture()
        try fixture.add(name, seed: 1)
        let holder = LiveView(fixture.store)
        #expect(try holder.lease.take(serving: []))
        let caller = Caller(user: getuid(), group: getgid(), opener: nil)
        let folder = try #require(try fixture.store.live(named: "checkpoints", in: LiveRow.root)).id
        let notes = try holder.create("notes.txt", in: folder, mode: 0o644, by: caller).draft
        try [UInt8](repeating: 7, count: 64).withUnsafeBytes { bytes throws in try notes.write(bytes, at: 0) }
        try holder.close(notes)
        let names: [EntryName] = ["model.safetensors", "notes.txt"]
        let rows = try names.map { try #require(try fixture.store.live(named: $0, in: folder)).id }
        try View.mount(try Store.open(fixture.store.path)) { tree throws in
            let models = WritableTree(tree.mountPoint.appending("models"))
            let files = try names.map { name in
                try FileDescriptor.open(models.path("checkpoints/\(name)"), .readOnly, options: .closeOnExec)
            }
            for name in names { try holder.remove(name, in: folder, by: caller) }
            for _ in 0..<5 { try holder.publish() }
            // Longer than the kernel keeps what it was told.
            usleep(700_000)
            for (file, first) in zip(files, [SmallModel.bytes(seed: 1)[0], 7]) {
                var facts = stat()
                #expect(fstat(file.rawValue, &facts) == 0)
                #expect(facts.st_size > 0)
                var byte: UInt8 = 0
                #expect(pread(file.rawValue, &byte, 1, 0) == 1)
                #expect(byte == first)
                try file.close()
            }
            try eventually {
                try holder.publish()
                return try rows.allSatisfy { try fixture.store.live($0) == nil }
            }
        }
    }

    @Test func `brings in order what the one before left`() throws {
        let fixture = try StoreFixture()
        let holder = LiveView(fixture.store)
        #expect(try holder.lease.take(serving: []))
        let caller = Caller(user: getuid(), group: getgid(), opener: nil)
        let folder = try holder.makeDirectory("checkpoints", in: LiveRow.root, mode: 0o755, by: caller).id
        for (seed, isClosed) in [(1, true), (2, false)] as [(UInt64, Bool)] {
            let draft = try holder.create("m\(seed).safetensors", in: folder, mode: 0o644, by: caller).draft
            let bytes = SmallModel.bytes(seed: seed)
            try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
            if isClosed { try draft.flush() }
        }
        try View.mount(try Store.open(fixture.store.path)) { tree throws in
            let models = WritableTree(tree.mountPoint.appending("models"))
            // What is being written elsewhere is left alone.
            #expect(try models.names("checkpoints") == ["m1.safetensors", "m2.safetensors"])
            holder.lease.give()
            try eventually { try models.names("checkpoints") == ["m1.safetensors", "m2.safetensors.partial"] }
            try eventually { try fixture.store.liveVersion(of: "checkpoints/m1.safetensors") == 1 }
        }
    }

    @Test func `is one process's at several places, which show the same at once`() throws {
        let fixture = try StoreFixture()
        try View.mount(fixture.store, placesMore: 1) { tree, others throws in
            let models = WritableTree(tree.mountPoint.appending("models"))
            let other = WritableTree(others[0])
            try models.makeDirectory("checkpoints")
            try eventually { (try? other.names()) == ["checkpoints"] }
            for round in 1...20 {
                let (one, two) = round % 2 == 0 ? (models, other) : (other, models)
                try one.write(SmallModel.bytes(seed: UInt64(round)), to: name)
                try eventually { (try? two.read(name)) == SmallModel.bytes(seed: UInt64(round)) }
            }
            // A file that lost its name at one place stays as long as it is open at the other.
            let file = try FileDescriptor.open(other.path(name), .readOnly, options: .closeOnExec)
            defer { try? file.close() }
            try models.remove(name)
            try eventually { !other.exists(name) }
            usleep(300_000)
            var buffer = [UInt8](repeating: 0, count: 16)
            #expect(try buffer.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) } == 16)
            #expect(buffer == Array(SmallModel.bytes(seed: 20).prefix(16)))
            try eventually { try fixture.store.digests(of: name).count == 20 }
        }
    }
}
