import CLinux
import Glibc
package import Recipe
package import SystemPackage

/// An open directory: all access to what other programs may change meanwhile goes through one.
///
/// A path is resolved once, when a person or a program names it. From then on names are looked up in open directories, one component at a
/// time and without following links, and files are used by their descriptors (``OpenFile``). Whatever is swapped meanwhile, nothing outside
/// the directory is read, named, changed or removed, and no file is taken for another.
package final class OpenDirectory: Sendable {
    let descriptor: OwnedDescriptor
    /// The path by which it was named, for messages only.
    package let path: FilePath

    /// For a directory that is already open.
    init(_ descriptor: OwnedDescriptor, _ path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    /// The directory that a person or a program named; links on the way are followed, since the name means where they lead.
    package convenience init(named path: FilePath) throws(StoreError) {
        self.init(try Kernel.open(path.isEmpty ? "." : path, .readOnly, options: .directory), path)
    }

    /// A directory beneath this one; this one itself if there are no names.
    package func directory(_ names: some Collection<EntryName>) throws(StoreError) -> OpenDirectory {
        guard !names.isEmpty else { return self }
        let path = self.path(of: names)
        return OpenDirectory(try open(names, O_RDONLY | O_DIRECTORY, path), path)
    }

    /// A regular file beneath this directory, opened for reading. Pipes and devices are refused without waiting.
    package func file(_ names: some Collection<EntryName>) throws(StoreError) -> OpenFile {
        let path = self.path(of: names)
        return try OpenFile(try open(names, O_RDONLY | O_NONBLOCK | O_NOCTTY, path), path)
    }

    /// The same for a file whose mode keeps even its owner from reading: the owner is given that right.
    package func ownFile(_ names: some Collection<EntryName>) throws(StoreError) -> OpenFile {
        do throws(StoreError) { return try file(names) } catch {
            guard case .system(_, _, .permissionDenied) = error else { throw error }
        }
        let path = self.path(of: names)
        let found = try open(names, O_PATH_ | O_NOFOLLOW, path)
        let facts = try FileFacts.of(found, path)
        guard facts.kind == .file, facts.user == geteuid() else {
            throw .system("cannot open", path, .permissionDenied)
        }
        // The entry in /proc is the opened file itself, whatever has its name by now.
        let itself = "/proc/self/fd/\(found.rawValue)"
        try FaultPoint.reach("cannot set the mode of", path)
        guard chmod(itself, 0o600) == 0 else {
            throw .system("cannot set the mode of", path, Errno(rawValue: errno))
        }
        return try OpenFile(try Kernel.open(FilePath(itself), .readOnly), path)
    }

    /// The facts of a name, without following a link; nil if there is none. `asksNobody` is as in ``FileFacts/knownAt(_:)``.
    func facts(_ name: EntryName, asksNobody: Bool = false) throws(StoreError) -> FileFacts? {
        var facts = stat()
        let flags = AT_SYMLINK_NOFOLLOW | (asksNobody ? FileFacts.asksNobody : 0)
        if fstatat(descriptor.rawValue, name.text, &facts, flags) == 0 { return FileFacts(facts) }
        let problem = Errno(rawValue: errno)
        guard problem == .noSuchFileOrDirectory else { throw .system("cannot inspect", path(of: [name]), problem) }
        return nil
    }

    /// The facts of the directory itself.
    func facts() throws(StoreError) -> FileFacts { try FileFacts.of(descriptor, path) }

    /// The same directory with a descriptor of its own: for locks, and to read it from the beginning.
    func again() throws(StoreError) -> OwnedDescriptor {
        let again = openat(descriptor.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard again >= 0 else { throw .system("cannot open", path, Errno(rawValue: errno)) }
        return OwnedDescriptor(FileDescriptor(rawValue: again))
    }

    /// The names in it as bytes, sorted.
    package func entries() throws(StoreError) -> [[UInt8]] {
        let own = try again()
        let again = dup(own.rawValue)
        guard again >= 0 else { throw .system("cannot list", path, Errno(rawValue: errno)) }
        guard let stream = fdopendir(again) else {
            close(again)
            throw .system("cannot list", path, .noMemory)
        }
        return try DirectoryListing.entries(of: stream, path)
    }

    /// Whether it has no entries at this moment.
    package var isEmpty: Bool { get throws(StoreError) { try entries().isEmpty } }

    func setMode(_ mode: UInt32) throws(StoreError) { try descriptor.setMode(mode, path) }
    func setOwner(_ user: UInt32, _ group: UInt32) throws(StoreError) { try descriptor.setOwner(user, group, path) }

    /// The target of a link, as it is written there.
    package func target(ofLink name: EntryName) throws(StoreError) -> FilePath {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard readlinkat(descriptor.rawValue, name.text, &buffer, Int(PATH_MAX)) > 0 else {
            throw .system("cannot read the link", path(of: [name]), Errno(rawValue: errno))
        }
        return FilePath(platformString: buffer)
    }

    /// Returns when the names in it are on disk.
    package func sync() throws(StoreError) { try Kernel.sync(descriptor, path) }

    // MARK: -

    /// For messages only.
    package func path(of names: some Collection<EntryName>) -> FilePath {
        names.reduce(path) { $0.appending($1.text) }
    }

    private func open(
        _ names: some Collection<EntryName>, _ flags: CInt, _ path: FilePath
    ) throws(StoreError) -> OwnedDescriptor {
        // The kernel takes 4096 bytes at a time.
        let step = 15
        guard names.count <= step else {
            let further = try directory(names.prefix(step))
            return try further.open(names.dropFirst(step), flags, path)
        }
        FaultPoint.pass("opens", path)
        let flags = flags | O_CLOEXEC
        let whole = ViewPath(names).description
        let file = reprofs_open_beneath(descriptor.rawValue, whole, UInt32(bitPattern: flags), 0)
        if file >= 0 { return OwnedDescriptor(FileDescriptor(rawValue: file)) }
        let problem = Errno(rawValue: errno)
        // Kernels before 5.6, and containers that do not allow it, lack this call. Names are never `..`, so opening one component after the
        // other has the same result.
        guard [.noFunction, .notPermitted].contains(problem) else { throw .system("cannot open", path, problem) }
        var place = descriptor
        for (index, name) in names.enumerated() {
            let step = index == names.count - 1 ? flags | O_NOFOLLOW : O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
            let next = openat(place.rawValue, name.text, step)
            guard next >= 0 else { throw .system("cannot open", path, Errno(rawValue: errno)) }
            place = OwnedDescriptor(FileDescriptor(rawValue: next))
        }
        return place
    }

    /// O_PATH, which glibc hides: opens only a reference.
    private var O_PATH_: CInt { 0o10_000_000 }
}
