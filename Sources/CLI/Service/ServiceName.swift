import ArgumentParser
import Foundation
import Glibc
import Recipe
import SystemPackage

/// Which systemd manages the unit.
enum ServiceScope: String, EnumerableFlag {
    case user, system

    static func help(for value: Self) -> ArgumentHelp? {
        switch value {
        case .user: "For this user, from login on; the default for ordinary users."
        case .system: "For the machine, from boot on; the kernel reads models by itself then. The default for root."
        }
    }
}

/// The unit's name and place.
struct ServiceName: ParsableArguments {
    @Flag var scope: ServiceScope?
    static let standard = "reprofs"
    @Option(help: "The unit's name, for more than one mount.") var name = ServiceName.standard

    func validate() throws {
        guard !name.isEmpty, name.utf8.count <= 200, name.utf8.allSatisfy(Self.isAllowed) else {
            throw ValidationError("a unit's name is made of letters, digits and -_.")
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte.isASCIIAlphanumeric || "-_.".utf8.contains(byte)
    }

    var resolvedScope: ServiceUnit.Scope { (scope ?? (geteuid() == 0 ? .system : .user)) == .system ? .system : .user }
    var unit: String { name + ".service" }

    var path: FilePath {
        get throws {
            guard let directory = ServiceUnit.directory(resolvedScope) else {
                throw CommandFailure("neither XDG_CONFIG_HOME nor HOME says where this user's units are")
            }
            return directory.appending(unit)
        }
    }

    /// The same for the gallery, which is a unit of a user's, and has a name of its own where none was given.
    var ofGallery: ServiceName {
        var other = self
        other.scope = .user
        if name == Self.standard { other.name = Self.standard + "-gallery" }
        return other
    }

    /// Writes the unit, and has systemd start it now and at each login or boot; false, with a message, if no systemd answers.
    func start(_ text: String) throws -> Bool {
        let path = try self.path
        try FileManager.default.createDirectory(
            atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path.string), options: .atomic)
        Terminal.say("Wrote \(path).")
        let systemctl = "systemctl\(resolvedScope == .user ? " --user" : "")"
        guard hasManager else {
            Terminal.complain(
                """
                No systemd answers here; start it with: \(systemctl) daemon-reload && \
                \(ShellCommand.line("\(systemctl) enable --now", unit))
                """
            )
            return false
        }
        guard self.systemctl("daemon-reload"), self.systemctl("enable", unit), self.systemctl("restart", unit) else {
            throw CommandFailure(
                """
                the unit was written, but not started; to see why: \
                \(ShellCommand.line("\(systemctl) status", unit))
                """)
        }
        return true
    }

    /// Runs systemctl for this scope, with its messages on standard error. Returns whether it succeeded.
    func systemctl(_ arguments: String...) -> Bool {
        runTool(["systemctl"] + (resolvedScope == .user ? ["--user"] : []) + arguments)
    }

    /// The same for any of systemd's programs.
    func runTool(_ words: String...) -> Bool { runTool(words) }

    private func runTool(_ words: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle.standardError
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    /// Whether a manager answers: there may be none in a container, or right after a login over SSH.
    var hasManager: Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["systemctl"] + (resolvedScope == .user ? ["--user"] : []) + ["show-environment"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
