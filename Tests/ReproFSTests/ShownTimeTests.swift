import Foundation
import Glibc
import Recipe
import Store
import Support
import SystemPackage
import Testing

private let name: EntryName = "model.safetensors"
private let path = "checkpoints/model.safetensors"
private let caller = Caller(user: getuid(), group: getgid(), opener: nil)

/// ComfyUI and others know by a file's size and time whether it is another one, and Python's `getmtime` gives seconds as a
/// floating-point number.
@Suite(.timeLimit(.minutes(20))) struct `A model's time` {
    let fixture: StoreFixture
    let view: LiveView

    init() throws {
        fixture = try StoreFixture()
        view = LiveView(fixture.store)
    }

    private func row() throws -> LiveRow {
        let folder = try #require(try fixture.store.live(named: "checkpoints", in: LiveRow.root))
        return try #require(try fixture.store.live(named: name, in: folder.id))
    }

    /// What `os.path.getmtime` says.
    private func shown() throws -> Double {
        let time = try row().modified
        return Double(time.seconds) + 1e-9 * Double(time.fraction)
    }

    private let kept = Timestamp(seconds: 1_700_000_000, nanoseconds: 123_456_789)

    private func setTime() throws {
        var change = InodeChange()
        change.modified = kept
        try view.change(row().id, change)
    }

    private func write(_ seed: UInt64) throws {
        var draft = try view.write(row().id, by: caller)
        if draft == nil { draft = try view.write(row().id, by: caller) }
        let opened = try #require(draft)
        try SmallModel.bytes(seed: seed).withUnsafeBytes { bytes throws in try opened.write(bytes, at: 0) }
        try view.close(opened)
    }

    /// As `touch` does it.
    @Test func `is visibly another one where it is set by who opens and writes nothing`() throws {
        try fixture.add(path, seed: 1)
        var times: [Double] = []
        for seed in [1, 2, 3] as [UInt64] {
            if seed > 1 {
                try write(seed)
                try view.publish()
            }
            var draft = try view.write(row().id, by: caller)
            if draft == nil { draft = try view.write(row().id, by: caller) }
            try setTime()
            try view.close(try #require(draft))
            try view.publish()
            times.append(try shown())
        }
        #expect(Set(times).count == 3, "\(times)")
    }

    @Test(arguments: [true, false])
    func `is visibly another one for other bytes, though a tool keeps time and size`(_ isSetAfterwards: Bool) throws {
        try fixture.add(path, seed: 1)
        try setTime()
        var times = [try shown()]
        for seed in [2, 3, 4] as [UInt64] {
            try write(seed)
            if isSetAfterwards { try view.publish() }
            try setTime()
            try view.publish()
            times.append(try shown())
        }
        #expect(Set(times).count == 4)
        #expect(times.first == Double(kept.seconds) + 1e-9 * Double(kept.fraction))
    }

    @Test func `is visibly another one where files of one size and time are added`() throws {
        var times: Set<Double> = []
        for seed in [1, 2, 3] as [UInt64] {
            let file = try fixture.model("checkpoints/model.safetensors", seed: seed)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: file.string)
            try fixture.addModels()
            times.insert(try shown())
        }
        #expect(times.count == 3)
    }

    @Test func `stays what somebody set where the bytes stay the same`() throws {
        try fixture.add(path, seed: 1)
        for _ in 0..<3 {
            try setTime()
            #expect(try row().modified == kept)
        }
    }
}
