import Foundation
import Glibc
import Recipe
import Synchronization

/// A program that keeps logins: `docker-credential-NAME`.
enum CredentialHelper {
    /// What it says for a registry; nil if it has none. The name goes to its standard input, so that no argument names it; what it says
    /// on standard error is nobody's business, since it may be a secret. It is ended after `limit`, and with the task that waits for it.
    static func login(_ name: String, for registry: String, limit: Duration) async throws -> Login? {
        let end = End()
        let outcome = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // A thread of its own, as it waits.
                Thread.detachNewThread {
                    continuation.resume(with: Result { try run("docker-credential-" + name, registry, limit, end) })
                }
            }
        } onCancel: {
            end.isWanted.store(true, ordering: .relaxed)
        }
        let help = "see what 'echo \(registry) | docker-credential-\(name) get' says"
        guard outcome.status == 0 else {
            // Its way of saying that there is none, as Docker reads it too.
            let text = String(decoding: outcome.output.prefix(200), as: UTF8.self)
            if text.contains("credentials not found") { return nil }
            throw RemoteError.helper(name, why: "it ended with an error; \(help)")
        }
        guard let json = try? JSONParser.parse(outcome.output), let user = json["Username"]?.string,
            let secret = json["Secret"]?.string
        else { throw RemoteError.helper(name, why: "its answer is none; \(help)") }
        return user.isEmpty && secret.isEmpty ? nil : Login(user: user, secret: secret)
    }

    /// Whether nobody waits for the answer any more.
    private final class End: Sendable {
        let isWanted = Atomic(false)
    }

    /// A longer answer is none. Bytes.
    private static let longest = 1 << 20

    private static func run(_ program: String, _ input: String, _ limit: Duration, _ end: End) throws -> (
        output: [UInt8], status: CInt
    ) {
        func fail(_ why: String) -> RemoteError {
            .helper(String(program.dropFirst("docker-credential-".count)), why: why)
        }
        let (there, here) = (try pipe(), try pipe())
        // This much is taken at once.
        _ = (input + "\n").withCString { send(there.write, $0, min(strlen($0), 4096), CInt(MSG_NOSIGNAL)) }
        close(there.write)
        defer { close(here.read) }
        var process: pid_t = 0
        let problem = start(program, there.read, here.write, &process)
        close(there.read)
        close(here.write)
        guard problem == 0 else { throw fail("there is no program \(program) that can be started") }

        let deadline = ContinuousClock.now + limit
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        var status: CInt = 0
        var isOpen = true
        while ContinuousClock.now < deadline, output.count <= longest, !end.isWanted.load(ordering: .relaxed) {
            var ready = pollfd(fd: here.read, events: Int16(POLLIN), revents: 0)
            if isOpen {
                if poll(&ready, 1, 20) > 0 {
                    let count = read(here.read, &buffer, buffer.count)
                    if count < 0, errno == EINTR { continue }
                    if count > 0 { output += buffer[..<count] } else { isOpen = false }
                }
            } else {
                if waitpid(process, &status, WNOHANG) == process { return (output, status) }
                usleep(2000)
            }
        }
        // With all that it started.
        kill(-process, SIGKILL)
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        if output.count > longest { throw fail("its answer has more than \(longest) bytes, which is the limit") }
        if end.isWanted.load(ordering: .relaxed) { throw CancellationError() }
        throw fail("it gave no answer within \(limit.components.seconds) seconds")
    }

    /// Both ends are closed in programs that are started meanwhile.
    private static func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [0, 0]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw RemoteError.helper("", why: "too many files are open")
        }
        return (ends[0], ends[1])
    }

    private static func start(_ program: String, _ input: CInt, _ output: CInt, _ process: inout pid_t) -> CInt {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        // A group of its own, to be ended as a whole; and no signal blocked, as the threads that do this work block all.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup("get"), nil]
        defer { for word in words { free(word) } }
        return posix_spawnp(&process, program, &actions, &attributes, &words, environ)
    }
}
