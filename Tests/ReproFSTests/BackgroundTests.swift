import Foundation
import ReproFS
import Support
import SystemPackage
import Testing

@Suite struct `A mount's process that ends before it is ready` {
    let directory: TemporaryDirectory
    let log: FilePath

    init() throws {
        directory = try TemporaryDirectory()
        log = directory.path.appending("log")
        try directory.write(Array("an earlier mount's words\n".utf8), to: "log")
    }

    @Test func `says with what signal it ended and what it wrote to its log`() throws {
        let problem = try problem(of: "echo 'Fatal error: a reason' >> \(log); kill -KILL $$")
        #expect(problem.contains("was ended by signal 9 before it was ready"))
        #expect(problem.hasSuffix("says:\nFatal error: a reason"))
    }

    @Test func `names its log where it wrote nothing`() throws {
        let problem = try problem(of: "true")
        #expect(problem.contains("ended before it was ready"))
        #expect(problem.contains("its log \(log) says nothing of it"))
    }

    @Test func `is believed about its own error`() throws {
        #expect(try self.problem(of: "printf 'Ea reason' >&3") == "a reason")
    }

    /// What the waiting command is told of a process that runs this script, with the pipe to the command as descriptor 3.
    private func problem(of script: String) throws -> String {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let ends = try FileDescriptor.pipe()
        for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        posix_spawn_file_actions_adddup2(&actions, ends.writeEnd.rawValue, 3)
        let words: [UnsafeMutablePointer<CChar>?] = ["/bin/sh", "-c", script].map { (word: String) in strdup(word) }
        defer { for word in words { free(word) } }
        let start = try #require(FileManager.default.attributesOfItem(atPath: log.string)[.size] as? Int64)
        var process: pid_t = 0
        try #require(posix_spawn(&process, "/bin/sh", &actions, nil, words + [nil], environ) == 0)
        try ends.writeEnd.close()
        defer { try? ends.readEnd.close() }
        let outcome = Background.outcome(ends.readEnd, of: process, log: log, from: start)
        waitpid(process, nil, 0)
        guard case .failure(let problem) = outcome else { return "" }
        return problem.description
    }
}
