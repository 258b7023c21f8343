import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct `The view of past moments` {
    /// > `by-time/<instant>/models` shows the models as they were at an instant in RFC 3339 form: the versions that were live, under the
    /// > names that they had. Instants are not listed, and future ones do not exist.
    @Test(arguments: View.allCases) func `shows the models as they were`(_ way: View) throws {
        let fixture = try StoreFixture()
        let name = "checkpoints/model.safetensors"
        func instant() -> String {
            StoreFixture.waitForTick()
            defer { StoreFixture.waitForTick() }
            return Timestamp.now().description
        }
        let before = instant()
        try fixture.add(name, seed: 1)
        let first = instant()
        try fixture.add(name, seed: 2)
        try fixture.add("loras/style/ink.safetensors", seed: 3)
        let second = instant()
        let view = LiveView(fixture.store)
        let caller = Caller(user: 0, group: 0, opener: nil)
        let folder = try #require(try fixture.store.live(named: "checkpoints", in: LiveRow.root)).id
        try view.rename(
            "model.safetensors", in: folder, to: "other.safetensors", in: folder, .replace, by: caller)
        let third = instant()
        try way.show(fixture.store) { tree throws in
            func at(_ instant: String) -> String { "by-time/\(instant)/models" }
            #expect(try tree.list("by-time").isEmpty)
            #expect(try tree.list(at(before)).isEmpty)
            #expect(try tree.list(at(first)) == ["checkpoints"])
            #expect(try tree.read(at(first) + "/" + name) == SmallModel.bytes(seed: 1))
            #expect(try tree.read(at(second) + "/" + name) == SmallModel.bytes(seed: 2))
            #expect(try tree.read(at(second) + "/loras/style/ink.safetensors") == SmallModel.bytes(seed: 3))
            #expect(try tree.list(at(third) + "/checkpoints") == ["other.safetensors"])
            #expect(try tree.read(at(third) + "/checkpoints/other.safetensors") == SmallModel.bytes(seed: 2))
            #expect(try tree.list(at(second) + "/checkpoints") == ["model.safetensors"])
            // An instant is a link to the last change before it.
            #expect(try tree.facts("by-time/" + first).kind == .link)
            for absent in ["2999-01-01T00:00:00Z", "yesterday", "2026-13-01T00:00:00Z"] {
                #expect(!tree.exists("by-time/" + absent))
            }
        }
    }
}
