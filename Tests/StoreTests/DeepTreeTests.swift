import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// The kernel takes paths of up to 4096 bytes at a time; trees may be deeper.
@Suite(.timeLimit(.minutes(20))) struct `A tree that is deeper than any path may be long` {
    private static let deep: [EntryName] =
        ["checkpoints"] + (0..<30).map { EntryName(stringLiteral: "\($0)-" + String(repeating: "d", count: 200)) }
    private let caller = Caller(user: geteuid(), group: getegid(), opener: nil)
    let fixture: StoreFixture

    init() throws {
        fixture = try StoreFixture()
        let view = LiveView(fixture.store)
        var directory = LiveRow.root
        for name in Self.deep {
            directory = try view.makeDirectory(name, in: directory, mode: 0o755, by: caller).id
        }
        for (name, bytes) in [("a.safetensors", SmallModel.bytes(seed: 1)), ("notes.txt", [1, 2, 3])]
            as [(EntryName, [UInt8])]
        {
            let (_, draft) = try view.create(name, in: directory, mode: 0o644, by: caller)
            try bytes.withUnsafeBytes { bytes throws in try draft.write(bytes, at: 0) }
            try draft.flush()
            try view.close(draft)
        }
        try view.publish()
    }

    /// Not every program that takes directories away goes so deep.
    private func removeAll() throws {
        let tool = try Process.run(
            URL(filePath: "/bin/rm"), arguments: ["-rf", fixture.directory.appending("out").string])
        tool.waitUntilExit()
    }

    @Test(arguments: [false, true]) func `is released whole, and taken over again`(isMove: Bool) throws {
        let place = try fixture.directory.write([], to: "out/x").removingLastComponent()
        try FileManager.default.removeItem(atPath: place.appending("x").string)
        defer { try? removeAll() }
        let top = try OpenDirectory(named: place)
        for item in try fixture.store.releasePlan().items { try fixture.store.release(item, to: top, isMove: isMove) }
        let bottom = try top.directory(Self.deep)
        #expect(try bottom.entries() == ["a.safetensors", "notes.txt"].map { Array($0.utf8) })
        #expect(try bottom.file(["a.safetensors"]).bytes() == SmallModel.bytes(seed: 1))

        let other = try Store.create(fixture.directory.appending("other"))
        let (items, refused) = try other.adoptable(place)
        #expect(refused.isEmpty && items.count == Self.deep.count + 2)
        for item in items {
            switch item.kind {
            case .directory: try other.adoptDirectory(item)
            case .file: _ = try other.adopt(item)
            case .link: Issue.record("there is no link")
            }
        }
        for item in items.reversed() where item.kind == .directory { #expect(other.removeAdopted(item)) }
        #expect(try top.isEmpty)
        let view = try Store.open(other.path)
        #expect(try view.counts().versions == 1 && view.everyBlobIsWhole())
    }
}
