import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// `reprofs gallery`, run as a user runs it.
@Suite(.timeLimit(.minutes(20))) struct `The command 'gallery'` {
    let line: CommandLineFixture
    init() throws {
        line = try CommandLineFixture()
        _ = try line.run("init")
    }

    /// A gallery that serves, and its address.
    private func start(_ environment: [String: String] = [:]) throws -> (
        process: Process, address: String, rest: FileHandle
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        process.arguments = ["gallery", "--store", line.store.string]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try withoutBlockedSignals { try process.run() }
        var printed = ""
        while !printed.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            printed += String(decoding: data, as: UTF8.self)
        }
        return (process, printed.trimmingCharacters(in: .newlines), output.fileHandleForReading)
    }

    @Test func `prints one address, and serves until it is interrupted`() throws {
        let (process, printed, rest) = try start()
        let address = try #require(URLComponents(string: printed))
        #expect(address.host == "127.0.0.1" && address.path == "/")
        #expect(address.queryItems?.first?.name == "token" && address.queryItems?.first?.value?.utf8.count == 64)
        // Somebody has the port by now.
        let port = try #require(address.port)
        let second = try line.run("gallery", "--port", "\(port)")
        #expect(second.status == 1 && second.output.isEmpty)
        #expect(second.complaint == "reprofs: port \(port) is in use; leave --port out, or give another one\n")
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        #expect(rest.readDataToEndOfFile().isEmpty)
    }

    @Test func `leads to the gallery that runs already, and to none that was killed`() throws {
        let runtime = line.directory.appending("runtime")
        try FileManager.default.createDirectory(
            atPath: runtime.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let environment = ["REPROFS_STORE": line.store.string, "XDG_RUNTIME_DIR": runtime.string]
        let first = try start(environment)
        let again = try line.run(tool: CommandLineFixture.executable, ["gallery"], environment: environment)
        #expect(again.status == 0 && again.output == first.address + "\n", "\(again.complaint)")
        let notes = runtime.appending("reprofs")
        let note = try #require(try FileManager.default.contentsOfDirectory(atPath: notes.string).first)
        var facts = stat()
        #expect(stat(notes.appending(note).string, &facts) == 0 && facts.st_mode & 0o777 == 0o600)
        kill(first.process.processIdentifier, SIGKILL)
        first.process.waitUntilExit()
        let second = try start(environment)
        #expect(second.address != first.address)
        second.process.interrupt()
        second.process.waitUntilExit()
        #expect(try FileManager.default.contentsOfDirectory(atPath: notes.string).isEmpty)
    }

    @Test func `says what a port is`() throws {
        let outcome = try line.run("gallery", "--port", "65536")
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains("a port is a number from 0 to 65535"))
    }
}
