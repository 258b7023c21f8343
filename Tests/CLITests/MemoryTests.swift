import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// What reading may take is said in SECURITY.md. A program of its own reads, and the kernel says how much it held at most.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `The memory of a reader` {
    let line: CommandLineFixture
    init() throws { line = try CommandLineFixture() }

    /// The most that `reprofs` held of memory at once. MiB.
    private func peak(_ arguments: String...) throws -> Int {
        let python = try StandIn.python
        let outcome = try line.run(
            tool: python,
            [
                "-c",
                """
                import resource, subprocess, sys
                subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
                """, CommandLineFixture.executable,
            ] + arguments, environment: ["REPROFS_STORE": line.store.string])
        return try #require(Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))) >> 10
    }

    /// MiB; SECURITY.md says the same.
    private static let limit = 512

    enum Hostile: String, CaseIterable {
        case marks, memo, doubled, texts, lists, objects, strings, header
    }

    private func bytes(_ hostile: Hostile) -> (bytes: [UInt8], name: String) {
        func repeated(_ text: String, _ size: Int) -> [UInt8] {
            let part = Array(text.utf8)
            return Array(repeatElement(part, count: size / part.count).joined())
        }
        let size = 24 << 20
        switch hostile {
        case .marks: return ([0x80, 4] + [UInt8](repeating: UInt8(ascii: "("), count: size), "a.ckpt")
        case .memo: return ([0x80, 4, 0x8C, 1, 0x61] + [UInt8](repeating: 0x94, count: size), "a.ckpt")
        case .doubled: return ([0x80, 4, 0x8C, 1, 0x61] + [UInt8](repeating: UInt8(ascii: "2"), count: size), "a.ckpt")
        case .texts:
            let one: [UInt8] = [0x8C, 32] + [UInt8](repeating: 0x61, count: 32) + [0x94]
            return ([0x80, 4] + Array(repeatElement(one, count: size / one.count).joined()), "a.ckpt")
        case .lists: return (Array("[".utf8) + repeated("[],", size) + Array("0]".utf8), "a.json")
        case .objects: return (Array("[".utf8) + repeated(#"{"":0},"#, size) + Array("0]".utf8), "a.json")
        case .strings: return (Array("[".utf8) + repeated(#""0123456789abcdef","#, size) + Array("0]".utf8), "a.json")
        case .header:
            let header = Array("{".utf8) + repeated(#""k":[],"#, 64 << 20) + Array(#""z":0}"#.utf8)
            return ((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header, "a.safetensors")
        }
    }

    @Test(arguments: Hostile.allCases) func `stays within its bound on hostile files`(_ hostile: Hostile) throws {
        let (bytes, name) = bytes(hostile)
        let path = try line.directory.write(bytes, to: name)
        #expect(try peak("read", path.string) < Self.limit)
        guard name != "a.json" else { return }
        try #require(try line.run("init").status == 0)
        #expect(try peak("add", path.string, "--folder", "checkpoints") < Self.limit)
    }
}
