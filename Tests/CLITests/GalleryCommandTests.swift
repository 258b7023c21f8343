import Comfy
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

    @Test func `prints one address, and serves until it is interrupted`() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLineFixture.executable)
        process.arguments = ["gallery", "--store", line.store.string]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try ComfyProcess.withoutBlockedSignals { try process.run() }
        var printed = ""
        while !printed.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            printed += String(decoding: data, as: UTF8.self)
        }
        let address = try #require(URLComponents(string: printed.trimmingCharacters(in: .newlines)))
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
        #expect(output.fileHandleForReading.readDataToEndOfFile().isEmpty)
    }

    @Test func `says what a port is`() throws {
        let outcome = try line.run("gallery", "--port", "65536")
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains("a port is a number from 0 to 65535"))
    }
}
