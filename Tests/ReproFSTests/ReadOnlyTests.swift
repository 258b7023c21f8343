import Foundation
import Recipe
import ReproFS
import Store
import Support
import SystemPackage
import Testing

/// One system call that would change something, on a path in the mount.
private struct Mutation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable (String) -> CInt

    static let onFiles = [
        Mutation(testDescription: "open for writing") { open($0, O_WRONLY) },
        Mutation(testDescription: "open for reading and writing") { open($0, O_RDWR) },
        Mutation(testDescription: "open and truncate") { open($0, O_RDONLY | O_TRUNC) },
        Mutation(testDescription: "append") { open($0, O_WRONLY | O_APPEND) },
        Mutation(testDescription: "truncate") { truncate($0, 0) },
        Mutation(testDescription: "chmod") { chmod($0, 0o600) },
        Mutation(testDescription: "chown") { chown($0, getuid(), getgid()) },
        Mutation(testDescription: "set times") { utimes($0, nil) },
        Mutation(testDescription: "unlink") { unlink($0) },
        Mutation(testDescription: "rename") { rename($0, $0 + ".new") },
        Mutation(testDescription: "hard link") { link($0, $0 + ".new") },
    ]
    static let onDirectories = [
        Mutation(testDescription: "create") { open($0 + "/new", O_CREAT | O_WRONLY, 0o644) },
        Mutation(testDescription: "mkdir") { mkdir($0 + "/new", 0o755) },
        Mutation(testDescription: "symlink") { symlink("target", $0 + "/new") },
        Mutation(testDescription: "make a pipe") { mkfifo($0 + "/new", 0o644) },
        Mutation(testDescription: "rmdir") { rmdir($0) },
        Mutation(testDescription: "chmod") { chmod($0, 0o700) },
        Mutation(testDescription: "rename") { rename($0, $0 + ".new") },
    ]
}

@Suite(.timeLimit(.minutes(20))) struct `A read-only tree` {
    let view: ViewFixture
    init() throws { view = try ViewFixture() }

    private var files: [String] {
        let snapshot = view.directory(of: view.first)
        return [
            "by-name/checkpoints/model.safetensors/v1/model.safetensors",
            "by-hash/sha256/" + SmallModel.digest(seed: 1).hex, snapshot + "/models/checkpoints/model.safetensors",
            snapshot + "/snapshot.json", "by-image/output/b.png.json", ".reprofs/status",
        ]
    }
    private var directories: [String] {
        [
            "by-name", "by-hash/sha256", "by-snapshot", view.directory(of: view.first),
            view.directory(of: view.first) + "/models", "by-image/output", ".reprofs",
        ]
    }

    /// > Every change fails with EROFS, except in `models`, and except that a report can be written into `.reprofs/reports`.
    @Test func `answers every mutation with EROFS and stays as it was`() throws {
        try View.mount(view.store) { tree throws in
            let before = try tree.walk().map { "\($0.path) \($0.facts)" }
            for (paths, mutations) in [(files, Mutation.onFiles), (directories, Mutation.onDirectories)] {
                for path in paths {
                    for mutation in mutations {
                        errno = 0
                        let result = mutation.run(tree.absolute(path))
                        let problem = Errno(rawValue: errno)
                        #expect(
                            result == -1 && problem == .readOnlyFileSystem,
                            "\(mutation.testDescription) of \(path): \(problem)")
                        if result > 2 { close(result) }
                    }
                }
            }
            #expect(try tree.walk().map { "\($0.path) \($0.facts)" } == before)
        }
    }

    @Test func `maps a file for reading`() throws {
        try View.mount(view.store) { tree throws in
            let path = tree.absolute(view.directory(of: view.first) + "/models/checkpoints/model.safetensors")
            let mapped = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
            #expect(Array(mapped) == SmallModel.bytes(seed: 1))
        }
    }

    @Test func `serves many readers at once`() async throws {
        try View.mount(view.store) { tree throws in
            let paths = files.dropLast().map { tree.absolute($0) }
            let first = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            DispatchQueue.concurrentPerform(iterations: 64) { index in
                let path = index % paths.count
                let again = try? Data(contentsOf: URL(fileURLWithPath: paths[path]))
                if again != first[path] { Issue.record("\(paths[path]) read as something else") }
            }
        }
    }
}
