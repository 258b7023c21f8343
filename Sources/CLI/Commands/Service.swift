import ArgumentParser
import Foundation
import Glibc
import Recipe
import ReproFS
import Store
import SystemPackage

struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Have systemd keep the store mounted, from login or from boot.",
        subcommands: [ServiceInstall.self, ServiceUninstall.self, ServiceTemplate.self])
}

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
    @Option(help: "The unit's name, for more than one mount.") var name = "reprofs"

    func validate() throws {
        guard !name.isEmpty, name.utf8.count <= 200, name.utf8.allSatisfy(Self.isAllowed) else {
            throw ValidationError("a unit's name is made of letters, digits and -_.")
        }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
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

struct ServiceInstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Write a systemd unit that mounts the store, and start it.")

    @Argument(help: "The directory to mount on.", completion: .directory) var directory: String?
    @Flag(
        help: """
            Instead of a mount, install what lets the kernel read models by itself for mounts of ordinary users; as root.
            """) var helper = false
    @OptionGroup var service: ServiceName
    @Flag(help: "Show the models at the top, in a models directory's place.") var modelsOnly = false
    @Option(
        name: .customLong("models-at"), parsing: .singleValue,
        help: "Show the models at this directory too; may be given more than once.", completion: .directory)
    var modelsAt: [String] = []
    @Flag(help: "Let other users in; the kernel checks modes for them.") var allowOther = false
    @Flag(inversion: .prefixedNo, help: "Let the kernel read models by itself where it can.") var passthrough = true
    @Flag(help: "Mount also on a directory that is not empty: what is in it is hidden meanwhile.") var allowNonEmpty =
        false
    @Flag(name: .customLong("print"), help: "Print the unit; change nothing.") var isPrinted = false
    @OptionGroup var store: StoreOption

    func validate() throws {
        guard helper != (directory != nil) else {
            throw ValidationError(helper ? "the helper has no directory" : "give the directory to mount on")
        }
    }

    func run() throws {
        guard let directory else { return try ServiceHelper.install(service, isPrinted: isPrinted) }
        let storePath = try store.resolved
        try Store.require(storePath)
        let realStore = Paths.real(storePath) ?? storePath
        let places = try ([directory] + modelsAt).map { try Paths.mountPoint($0) }
        let unit = ServiceUnit(
            scope: service.resolvedScope, executable: try executable(), subject: ServiceUnit.escaped(realStore.string),
            store: realStore, mountPoints: places.map { .path($0) },
            needed: ([realStore] + places.map { $0.removingLastComponent() }).map { .path($0) },
            user: try owner(of: storePath), options: options)
        if isPrinted { return Terminal.say(text: unit.text) }
        let path = try service.path
        try requireOwn(path)
        if !allowNonEmpty {
            for place in places where !MountPoint.isMounted(place) && Paths.isDirectory(place) {
                try MountPoint.requireEmpty(place)
            }
        }
        try FileManager.default.createDirectory(
            atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(unit.text.utf8).write(to: URL(fileURLWithPath: path.string), options: .atomic)
        Terminal.say("Wrote \(path).")
        let systemctl = "systemctl\(unit.scope == .user ? " --user" : "")"
        guard service.hasManager else {
            return Terminal.complain(
                """
                No systemd answers here; start it with: \(systemctl) daemon-reload && \
                \(ShellCommand.line("\(systemctl) enable --now", service.unit))
                """
            )
        }
        guard service.systemctl("daemon-reload"), service.systemctl("enable", service.unit),
            service.systemctl("restart", service.unit)
        else {
            throw CommandFailure(
                """
                the unit was written, but not started; to see why: \
                \(ShellCommand.line("\(systemctl) status", service.unit))
                """)
        }
        let shown = places.map(\.string).joined(separator: " and ")
        Terminal.say("Mounted \(storePath) at \(shown), now and from \(unit.scope == .user ? "log-in" : "boot") on.")
    }

    private var options: [String] {
        (modelsOnly ? ["--models-only"] : []) + (allowOther ? ["--allow-other"] : [])
            + (passthrough ? [] : ["--no-passthrough"]) + (allowNonEmpty ? ["--allow-non-empty"] : [])
    }

    /// The path of this program, however it was started.
    private func executable() throws -> FilePath {
        guard let path = Paths.real("/proc/self/exe") else { throw CommandFailure("/proc does not show this program") }
        return path
    }

    /// The system's unit runs as the store's owner, so that new files belong to that user.
    private func owner(of store: FilePath) throws -> String? {
        guard service.resolvedScope == .system else { return nil }
        var facts = stat()
        guard store.withPlatformString({ stat($0, &facts) }) == 0 else {
            throw CommandFailure("cannot look at the store \(store): \(Errno(rawValue: errno))")
        }
        guard facts.st_uid != 0 else { return nil }
        return getpwuid(facts.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "\(facts.st_uid)"
    }
}

struct ServiceUninstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Stop the mount and remove its unit; the store stays as it is.")

    @OptionGroup var service: ServiceName
    @Flag(help: "Remove the helper that 'service install --helper' installed; as root.") var helper = false

    func run() throws {
        if helper { return try ServiceHelper.uninstall(service) }
        let path = try service.path
        guard FileManager.default.fileExists(atPath: path.string) else {
            throw CommandFailure("there is no \(path)")
        }
        try requireOwn(path)
        if service.hasManager, !service.systemctl("disable", "--now", service.unit) {
            throw CommandFailure("\(service.unit) could not be stopped; nothing was removed")
        }
        try FileManager.default.removeItem(atPath: path.string)
        if service.hasManager { _ = service.systemctl("daemon-reload") }
        Terminal.say("Removed \(path).")
    }
}

/// Nobody else's unit is replaced or removed.
func requireOwn(_ path: FilePath) throws {
    guard let text = try? String(contentsOfFile: path.string, encoding: .utf8) else { return }
    guard text.hasPrefix(ServiceUnit.mark) else {
        throw CommandFailure("\(path) was not written by ReproFS; choose another --name")
    }
}
