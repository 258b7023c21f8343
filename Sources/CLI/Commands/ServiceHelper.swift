import Foundation
import Glibc
import Recipe
import ReproFS
import Store
import SystemPackage

/// Has systemd start reprofs-backing for whoever asks, or ends that.
enum ServiceHelper {
    private static var paths: (socket: FilePath, service: FilePath) {
        (BackingUnits.directory.appending(BackingUnits.socket), BackingUnits.directory.appending(BackingUnits.service))
    }

    /// `isPrinted`: the units are printed, and nothing is changed.
    static func install(_ service: ServiceName, isPrinted: Bool) throws {
        let units = HelperUnits(program: try program())
        if isPrinted { return Terminal.say(text: units.socket + "\n" + units.service) }
        try requireRoot("install")
        try requireSafe(units.program)
        for path in [paths.socket, paths.service] { try requireOwn(path) }
        guard service.runTool("systemd-sysusers", "--inline", HelperUnits.user) else {
            throw CommandFailure(
                "the user \(BackingUnits.name), as whom the helper runs, cannot be made; nothing was installed")
        }
        try Data(units.service.utf8).write(to: URL(fileURLWithPath: paths.service.string), options: .atomic)
        try Data(units.socket.utf8).write(to: URL(fileURLWithPath: paths.socket.string), options: .atomic)
        Terminal.say("Wrote \(paths.socket) and \(paths.service).")
        guard service.hasManager else {
            return Terminal.complain(
                "No systemd answers here; start it with: systemctl daemon-reload && \(ShellCommand.line("systemctl enable --now", BackingUnits.socket))"
            )
        }
        guard service.runTool("systemctl", "daemon-reload"),
            service.runTool("systemctl", "enable", "--now", BackingUnits.socket)
        else {
            throw CommandFailure(
                "the units were written, but not started; to see why: \(ShellCommand.line("systemctl status", BackingUnits.socket))"
            )
        }
        Terminal.say("Mounts of ordinary users have the kernel read models by itself from now on.")
    }

    static func uninstall(_ service: ServiceName) throws {
        try requireRoot("uninstall")
        let known = [paths.socket, paths.service].filter { FileManager.default.fileExists(atPath: $0.string) }
        guard !known.isEmpty else { throw CommandFailure("there is no \(paths.socket)") }
        for path in known { try requireOwn(path) }
        if service.hasManager,
            !service.runTool("systemctl", "disable", "--now", BackingUnits.socket, BackingUnits.service)
        {
            throw CommandFailure("\(BackingUnits.socket) could not be stopped; nothing was removed")
        }
        for path in known { try FileManager.default.removeItem(atPath: path.string) }
        if service.hasManager { _ = service.runTool("systemctl", "daemon-reload") }
        for path in known { Terminal.say("Removed \(path).") }
    }

    private static func requireRoot(_ word: String) throws {
        guard geteuid() == 0 else {
            throw CommandFailure(
                "only root may \(word) the helper, because it has a system privilege: \(ShellCommand.line("sudo reprofs service --helper", word))"
            )
        }
    }

    /// Where packages have it, or where both were built.
    private static func program() throws -> FilePath {
        guard let own = Paths.real("/proc/self/exe") else { throw CommandFailure("/proc does not show this program") }
        let bin = own.removingLastComponent()
        let places = [bin.removingLastComponent().appending("libexec"), bin].map { $0.appending(BackingUnits.name) }
        guard let found = places.first(where: { FileManager.default.isExecutableFile(atPath: $0.string) }) else {
            throw CommandFailure("there is no \(places[0]), which comes with ReproFS's packages")
        }
        return found
    }

    /// Whoever can change the program that systemd starts with this right has the right.
    private static func requireSafe(_ program: FilePath) throws {
        var place = program
        while true {
            var facts = stat()
            guard place.withPlatformString({ lstat($0, &facts) }) == 0 else {
                throw CommandFailure("cannot look at \(place): \(Errno(rawValue: errno))")
            }
            // In a directory with the sticky bit, nobody can remove or replace root's files; on a file the bit means nothing.
            let isSticky = facts.st_mode & S_IFMT == S_IFDIR && facts.st_mode & S_ISVTX != 0
            guard facts.st_uid == 0, facts.st_mode & 0o022 == 0 || isSticky else {
                throw CommandFailure(
                    "\(place) can be changed by others than root, so the system must not start \(program)")
            }
            if place.components.isEmpty { return }
            place.removeLastComponent()
        }
    }
}
