import ArgumentParser
import Comfy
import Foundation
import Glibc
import Recipe
import ReproFS
import Store
import SystemPackage

struct ServiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service",
        abstract: "Have systemd keep the store mounted, or its gallery running, from login or from boot.",
        subcommands: [ServiceInstall.self, ServiceUninstall.self, ServiceTemplate.self])
}

struct ServiceInstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Write a systemd unit that mounts the store, and start it.")

    @Argument(help: "The directory to mount on.", completion: .directory) var directory: String?
    @Flag(
        help: """
            Instead of a mount, install what lets the kernel read models by itself for mounts of ordinary users; as root.
            """) var helper = false
    @Flag(help: "Instead of a mount, keep the gallery of the store running, for this user.") var gallery = false
    @OptionGroup var service: ServiceName
    @Option(help: "The port that the gallery listens at; whichever is free.") var port: Int?
    @Option(help: "The ComfyUI that makes images again from the gallery's pages.", transform: ComfyServer.init)
    var server: ComfyServer?
    @Flag(help: "Let the gallery change nothing.") var readOnly = false
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
        guard [helper, gallery, directory != nil].count(where: \.self) == 1 else {
            throw ValidationError(
                helper || gallery
                    ? "--helper, --gallery and a directory exclude each other" : "give the directory to mount on")
        }
        guard gallery || (port == nil && server == nil && !readOnly) else {
            throw ValidationError("--port, --server and --read-only are options of --gallery")
        }
        guard !gallery || service.scope != .system else {
            throw ValidationError("a gallery serves one user only; leave --system out")
        }
        if let port, !(1...65_535).contains(port) { throw ValidationError("a port is a number from 1 to 65535") }
    }

    func run() throws {
        if gallery { return try installGallery() }
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
        try requireOwn(try service.path)
        if !allowNonEmpty {
            for place in places where !MountPoint.isMounted(place) && Paths.isDirectory(place) {
                try MountPoint.requireEmpty(place)
            }
        }
        guard try service.start(unit.text) else { return }
        let shown = places.map(\.string).joined(separator: " and ")
        Terminal.say("Mounted \(storePath) at \(shown), now and from \(unit.scope == .user ? "log-in" : "boot") on.")
    }

    private func installGallery() throws {
        let storePath = try store.resolved
        try Store.require(storePath)
        var options = readOnly ? ["--read-only"] : []
        if let port { options += ["--port", "\(port)"] }
        if let server { options += ["--server", server.address] }
        let unit = GalleryUnit(
            executable: try executable(), store: Paths.real(storePath) ?? storePath, options: options)
        if isPrinted { return Terminal.say(text: unit.text) }
        let service = service.ofGallery
        try requireOwn(try service.path)
        guard try service.start(unit.text) else { return }
        Terminal.say(
            "The gallery of \(storePath) runs, now and from log-in on; '\(ShellCommand.reprofs("gallery"))' leads there."
        )
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
        commandName: "uninstall",
        abstract: "Stop the mount, or the gallery, and remove its unit; the store stays as it is.")

    @OptionGroup var service: ServiceName
    @Flag(help: "Remove the helper that 'service install --helper' installed; as root.") var helper = false
    @Flag(help: "Remove the gallery's unit that 'service install --gallery' wrote.") var gallery = false

    func run() throws {
        if helper { return try ServiceHelper.uninstall(self.service) }
        let service = gallery ? self.service.ofGallery : self.service
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
