import Foundation
import Recipe
import Store
import Support
import Synchronization
import SystemPackage
import Testing

/// Who serves a file system decides what reading from it does, and when.
@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: getuid() == 0, "skipped: not root"))
struct `A file that a FUSE file system serves` {
    let directory: TemporaryDirectory
    /// Whom no other test reads for.
    private let stranger = Rights(user: 54321, group: 54321, groups: [], seesAll: false)

    init() throws {
        directory = try TemporaryDirectory()
        try #require(chmod(directory.path.string, 0o755) == 0)
    }

    /// Why it was not opened; empty where it was.
    private func refusal(_ path: FilePath, _ reader: Reader) -> String {
        do throws(StoreError) { return try reader.find(path)?.isOpen == true ? "" : "it is not there" } catch {
            return error.description
        }
    }

    @Test func `is believed where root serves it, and nobody's where an ordinary user does`() throws {
        let served = try [0, 12345].map { user in
            try ServedDirectory(directory.appending("\(user)"), user: user, .answers)
        }
        defer { for place in served { place.end() } }
        for rights in [stranger, .own] {
            #expect(try refusal(served[0].path.appending("a.png"), Reader(rights)) == "")
            let said = try refusal(served[1].path.appending("a.png"), Reader(rights))
            #expect(said.contains("lies in a file system that a user of the machine serves"), "\(said)")
            let link = directory.appending("link").string
            unlink(link)
            try #require(symlink(served[1].path.appending("a.png").string, link) == 0)
            #expect(try refusal(directory.appending("link"), Reader(rights)).contains("a user of the machine serves"))
        }
    }

    /// It takes as long as a reader has patience: ten seconds.
    @Test func `that never answers is given up, and too many such are no longer waited for`() throws {
        let silent = try ServedDirectory(directory.appending("silent"), user: 0, .silent)
        defer { silent.end() }
        let other = try directory.write([1], to: "other")
        let path = silent.path.appending("a.png")
        let refusals = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            do {
                let reader = try Reader(stranger)
                let first = refusal(path, reader)
                // What else it would be asked for it cannot tell any more.
                let second = refusal(other, reader)
                refusals.withLock { $0 += [first, second] }
            } catch { refusals.withLock { $0.append("\(error)") } }
        }
        let said = refusals.withLock { $0 }
        #expect(said.count { $0.contains("the file system of '\(path)' does not answer") } == 4, "\(said)")
        #expect(
            said.count { $0.contains("another file that the report names is in a file system that does not answer") }
                == 4)
        // Their readers still wait in the kernel.
        let refused = #expect(throws: StoreError.self) { _ = try Reader(stranger) }
        #expect(refused?.description.contains("user 54321 names files that never answer") == true)
        #expect(try refusal(other, Reader(.own)) == "")
        silent.end()
        try eventually { (try? refusal(other, Reader(stranger))) == "" }
    }
}
