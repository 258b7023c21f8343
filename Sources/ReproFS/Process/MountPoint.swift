import Glibc
package import Recipe
import Store
package import SystemPackage

/// The directory on which a tree is mounted: what is in it before, and how it is unmounted.
package enum MountPoint {
    /// Prepares `path` for a mount: removes a dead mount, makes an absent directory.
    package static func prepare(_ path: FilePath, store: FilePath) throws(MountError) {
        // A mount over its own store would hide the bytes that it serves.
        if store.starts(with: path) { throw MountError("the store \(store) lies inside the mount point \(path)") }
        if path.starts(with: store) { throw MountError("the mount point \(path) lies inside the store \(store)") }
        do throws(Errno) { _ = try path.stat() } catch .socketNotConnected {
            // The process of an earlier mount was killed; its mount answers with this error until it is removed.
            try detach(path)
        } catch {}
        let facts: Stat
        do throws(Errno) { facts = try path.stat() } catch .noSuchFileOrDirectory {
            guard path.withPlatformString({ mkdir($0, 0o755) }) == 0 else {
                throw MountError("cannot make the mount point \(path): \(Errno(rawValue: errno))")
            }
            return
        } catch { throw MountError("cannot use the mount point \(path): \(error)") }
        guard facts.type == .directory else { throw MountError("the mount point \(path) is not a directory") }
        guard let mounted = MountTable.mount(at: path), mounted.isReproFS else { return }
        switch isServed(path) {
        // It was killed a moment ago, and the kernel's cache hides that.
        case false?: try detach(path)
        case true?: throw MountError("\(mounted.source) is mounted at \(path) already")
        case nil:
            throw MountError(
                """
                \(mounted.source) is mounted at \(path) already and gives no answer; end it with: \
                \(ShellCommand.reprofs("unmount", path.string))
                """
            )
        }
    }

    /// Throws if a mount at `path`, which was prepared, would hide files.
    package static func requireEmpty(_ path: FilePath) throws {
        let names: [[UInt8]]
        do throws(StoreError) { names = try OpenDirectory(named: path).entries() } catch {
            guard case .system(_, _, let problem) = error else { throw error }
            throw MountError("cannot list the mount point \(path): \(problem)")
        }
        if !names.isEmpty {
            throw HiddenFiles(directory: path, names: names.map { String(decoding: $0, as: UTF8.self) })
        }
    }

    /// Whether a ReproFS is mounted at `path`.
    package static func isMounted(_ path: FilePath) -> Bool { MountTable.mount(at: path)?.isReproFS == true }

    /// The content of a mount's `.reprofs/status`; nil if the mount does not answer within two seconds.
    package static func status(at path: String) -> JSON? {
        let answer = Question<JSON?>.answer(within: patience) {
            guard
                let file = try? FileDescriptor.open(
                    FilePath(path).appending(".reprofs/status"), .readOnly, options: .closeOnExec)
            else {
                return nil
            }
            defer { try? file.close() }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = (try? buffer.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
            return try? JSONParser.parse(Array(buffer[..<count]))
        }
        return answer ?? nil
    }

    /// How long a mount may take to answer before it counts as hanging.
    private static let patience = Duration.seconds(2)

    /// Unmounts what ReproFS has mounted at `path`. Throws if it is in use; nothing is detached behind open files.
    package static func unmount(_ path: FilePath) throws(MountError) {
        guard let mounted = MountTable.mount(at: path), mounted.isReproFS else {
            throw MountError("no ReproFS is mounted at \(path)")
        }
        // Known as long as the mount exists.
        let connection = MountTable.connection(at: path) ?? ""
        var servers = ServerProcess.serving(
            connection: connection, store: String(mounted.source.dropFirst("reprofs:".utf8.count)))
        let status = status(at: path.string)
        if status == nil {
            // Nobody answers, so waiting for open files would be useless.
            MountTable.abort(path, connection: connection)
        } else {
            let problem: MountTable.Refusal? =
                geteuid() == 0 ? MountTable.unmountDirectly(path) : MountTable.helper(["-u", path.string])
            if let problem {
                throw MountError(
                    "cannot unmount \(path): \(problem == .busy ? MountUsers(of: path).sentence : problem.description)")
            }
        }
        // A process that serves other places continues.
        let others = (status?["places"]?.array ?? []).compactMap(\.string).filter { $0 != path.string }
        if servers.isEmpty, let process = status?["process"]?.number?.int.flatMap({ pid_t(exactly: $0) }) {
            servers = [ServerProcess(number: process)]
        }
        for server in servers where !others.contains(where: { isServed($0, by: server) }) {
            // After the connection was aborted no copy of the mount keeps its process.
            try server.waitForEnd(after: "\(path) is unmounted") {
                status == nil || connection.isEmpty ? nil : MountCopies(ofConnection: connection).sentence
            }
        }
    }

    /// Whether this process serves the mount at `path`.
    private static func isServed(_ path: String, by server: ServerProcess) -> Bool {
        guard MountTable.mount(at: FilePath(path))?.isReproFS == true else { return false }
        return self.status(at: path)?["process"]?.number?.int == Int(server.number)
    }

    /// Whether a mount's process exists; nil if there is no answer within two seconds. Does not use the kernel's caches.
    private static func isServed(_ path: FilePath) -> Bool? {
        Question.answer(within: patience) {
            let directory = try? FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec])
            try? directory?.close()
            return directory != nil
        }
    }

    /// The mount points of the store at this path in the kernel's list, whether their processes exist or not.
    package static func places(ofStore store: FilePath) -> [String] {
        places().filter { $0.store == store.string }.map(\.path)
    }

    /// Where ReproFS is mounted on this machine, with the store of each, even if its process has ended.
    package static func places() -> [(path: String, store: String)] {
        // The source is `reprofs:` and the store.
        MountTable.mounts().filter(\.isReproFS).map {
            ($0.path, String(decoding: $0.source.utf8.dropFirst(8), as: UTF8.self))
        }
    }

    /// Who has a mount that a process serves although it was unmounted, and how that is ended, in words; nil if nobody is seen. `places`: where
    /// its mounts answer.
    package static func copies(servedBy process: Int32, besides places: [String]) -> String? {
        let known = MountTable.mounts().filter { places.contains($0.path) }.map(\.device)
        return ServerProcess(number: process).connections.filter { !known.contains("0:\($0)") }
            .lazy.compactMap { MountCopies(ofConnection: $0).sentence }.first
    }

    private static func detach(_ path: FilePath) throws(MountError) {
        let problem =
            path.withPlatformString { umount2($0, CInt(MNT_DETACH)) } == 0
            ? nil : MountTable.helper(["-u", "-z", path.string])
        if let problem { throw MountError("a dead mount at \(path) cannot be removed: \(problem)") }
    }
}
