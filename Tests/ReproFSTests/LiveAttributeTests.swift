import Recipe
import Store
import Support
import SystemPackage
import Testing

private let name = "checkpoints/model.safetensors"
private let origin = "user.xdg.origin.url"

@Suite(.timeLimit(.minutes(20))) struct `Extended attributes in the live view` {
    /// > Files and directories of `models` keep extended attributes of the `user` namespace, through renames and when other bytes are
    /// > written. A file can have 64 KiB of them; more fail with ENOSPC. Setting a `user.reprofs.` attribute succeeds without effect, and
    /// > other namespaces fail with EOPNOTSUPP. `add --move` moves the attributes into the store, and `release` restores them if the file
    /// > system supports them.
    @Test func `go with the file and stay when it is written`() throws {
        try withLive { models, fixture throws in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try models.setAttribute(origin, "https://a", of: name)
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            #expect(try models.attribute(origin, of: name) == "https://a")
            try models.write(SmallModel.bytes(seed: 2), to: name)
            try eventually { try fixture.store.liveVersion(of: name) == 2 }
            #expect(try models.attribute(origin, of: name) == "https://a")
            try models.rename(name, to: "checkpoints/other.safetensors")
            #expect(try models.attribute(origin, of: "checkpoints/other.safetensors") == "https://a")
            // What replaces a file brings its own.
            try models.write(SmallModel.bytes(seed: 3), to: "checkpoints/new.part")
            try models.setAttribute(origin, "https://b", of: "checkpoints/new.part")
            try models.rename("checkpoints/new.part", to: "checkpoints/other.safetensors")
            #expect(try models.attribute(origin, of: "checkpoints/other.safetensors") == "https://b")
            try models.setAttribute("user.note", "ours", of: "checkpoints")
            #expect(try models.attribute("user.note", of: "checkpoints") == "ours")
        }
    }

    @Test func `stay when another version takes the name, and have the names that they were given`() throws {
        try withLive { models, fixture throws in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            // Unicode calls these two equal.
            for (attribute, value) in [("user.\u{e9}", "one"), ("user.e\u{301}", "two")] {
                try models.setAttribute(attribute, value, of: name)
            }
            func noted() throws -> [String] {
                try ["user.\u{e9}", "user.e\u{301}"].map { try models.attribute($0, of: name) }
            }
            #expect(try noted() == ["one", "two"])
            try fixture.add(name, seed: 2)
            try eventually { try models.read(name) == SmallModel.bytes(seed: 2) }
            #expect(try noted() == ["one", "two"])
            _ = try fixture.store.restore(try #require(ModelName(name)), version: 1, by: nil)
            try eventually { try models.read(name) == SmallModel.bytes(seed: 1) }
            #expect(try noted() == ["one", "two"])
        }
    }

    @Test func `are set, replaced and removed as everywhere`() throws {
        try withLive { models, _ throws in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            #expect(throws: Errno.noData) { try models.setAttribute(origin, "x", of: name, flags: 2) }
            try models.setAttribute(origin, "x", of: name, flags: 1)
            #expect(throws: Errno.fileExists) { try models.setAttribute(origin, "y", of: name, flags: 1) }
            try models.setAttribute(origin, "y", of: name, flags: 2)
            #expect(try models.attribute(origin, of: name) == "y")
            try models.removeAttribute(origin, of: name)
            #expect(throws: Errno.noData) { try models.attribute(origin, of: name) }
            #expect(throws: Errno.noData) { try models.removeAttribute(origin, of: name) }
            let half = String(repeating: "x", count: 40_000)
            try models.setAttribute("user.a", half, of: name)
            #expect(throws: Errno.noSpace) { try models.setAttribute("user.b", half, of: name) }
            #expect(throws: Errno.notSupported) { try models.setAttribute("trusted.a", "x", of: name) }
        }
    }

    @Test func `that are ReproFS's own cannot be forged`() throws {
        try withLive { models, fixture throws in
            try models.write(SmallModel.bytes(seed: 1), to: name)
            try eventually { try fixture.store.liveVersion(of: name) == 1 }
            try models.setAttribute("user.reprofs.sha256", "forged", of: name)
            try models.removeAttribute("user.reprofs.sha256", of: name)
            #expect(try models.attribute("user.reprofs.sha256", of: name) == SmallModel.digest(seed: 1).hex)
        }
    }
}
