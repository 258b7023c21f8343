import Foundation
import Recipe
import Testing

@Suite struct `A pickle` {
    private func read(_ bytes: [UInt8]) throws -> PickleImports? { try PickleImports.read(MemorySource(bytes)) }
    private func fixture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: FixtureTests.folder.appendingPathComponent("Pickles/" + name)))
    }

    @Test(arguments: ["weights.pt", "weights_legacy.pt"])
    func `of mere weights names nothing unusual`(name: String) throws {
        let found = try #require(try read(try fixture(name)))
        #expect(found.isComplete && !found.hasScript && found.unusual.isEmpty)
        #expect(found.names.contains("torch._utils._rebuild_tensor_v2"))
        #expect(found.names.contains("collections.OrderedDict"))
    }

    @Test(arguments: ["runs_code.ckpt", "runs_code_legacy.ckpt", "deflated.pt"] + (0...5).map { "protocol\($0).pkl" })
    func `that runs a command names it`(name: String) throws {
        let found = try #require(try read(try fixture(name)))
        #expect(found.isComplete && found.unusual.contains("posix.system"), "\(found)")
        #expect(found.hasScript == (name == "deflated.pt"))
    }

    /// Names that are hidden: kept in the memo, doubled, put together where nobody can follow.
    @Test(arguments: [
        (#"\x80\x04\x8c\x05posix\x94\x8c\x06system\x940h\x00h\x01\x93."#, "posix.system"),
        (#"\x80\x04\x8c\x05posix\x8c\x06systemq\x0700\x8c\x02ntj\x07\x00\x00\x00\x93."#, "nt.system"),
        (#"\x80\x04\x8c\x03abc2\x93."#, "abc.abc"), (#"\x80\x02cos\nsystem\n."#, "os.system"),
        (#"\x80\x02(S'true'\nios\nsystem\n."#, "os.system"), (#"\x80\x04)\x8c\x01x\x93."#, "?.?"),
        (#"\x80\x02\x82\x01."#, "?.?"),
        (#"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x8c\x06system\x93."#, "os.system"),
    ])
    func `is followed to what it fetches`(text: String, name: String) throws {
        #expect(try read(Self.bytes(text))?.names == [name])
    }

    @Test func `that is broken is said to be`() throws {
        for name in ["runs_code.ckpt", "runs_code_legacy.ckpt", "protocol4.pkl", "deflated.pt"] {
            let whole = try fixture(name)
            // None of these ends one of the pickles: there nothing would be missing.
            for length in stride(from: 5, to: whole.count, by: 7) {
                // Whatever is missing: it does not seem harmless.
                let found = try read(Array(whole[..<length]))
                #expect(
                    found == nil || found?.isComplete == false || found?.unusual.isEmpty == false, "\(name) \(length)")
            }
        }
    }

    @Test func `is no other file`() throws {
        for bytes in [
            [], [0x80], [0x50, 0x4B], Array("# text".utf8), Array("(c) 2024 someone\n".utf8),
            [UInt8](repeating: 0, count: 600),
        ] {
            #expect(try read(bytes) == nil)
        }
    }

    @Test func `does not trap on any change of a byte`() throws {
        var chance = SystemRandomNumberGenerator()
        for name in ["runs_code.ckpt", "weights_legacy.pt", "deflated.pt", "protocol0.pkl"] {
            let whole = try fixture(name)
            for _ in 0..<400 {
                var bytes = whole
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &chance)] = .random(in: 0...255, using: &chance)
                }
                _ = try read(bytes)
            }
        }
    }

    /// `\x00` and `\n` as Python writes them.
    private static func bytes(_ text: String) -> [UInt8] {
        var rest = Array(text.utf8)[...]
        var bytes: [UInt8] = []
        while let first = rest.popFirst() {
            guard first == UInt8(ascii: "\\"), let kind = rest.popFirst() else {
                bytes.append(first)
                continue
            }
            if kind == UInt8(ascii: "n") {
                bytes.append(0x0A)
            } else {
                bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            }
        }
        return bytes
    }
}
