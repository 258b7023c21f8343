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

    // MARK: - Making names

    /// Makes a directory; if one of this name exists it is opened, and `isNew` is false.
    @discardableResult
    package func makeDirectory(
        _ name: EntryName, mode: UInt32 = 0o755
    ) throws(StoreError) -> (directory: OpenDirectory, isNew: Bool) {
        let path = self.path(of: [name])
        try FaultPoint.reach("cannot create", path)
        let isNew = mkdirat(descriptor.rawValue, name.text, mode_t(mode)) == 0
        guard isNew || errno == EEXIST else { throw .system("cannot create", path, Errno(rawValue: errno)) }
        let made = try directory([name])
        // Another user may have replaced it by now.
        let owner = try made.facts().user
        guard !isNew || owner == geteuid() else {
            throw .conflict("\(path) was replaced by another directory while it was made; nothing was put into it")
        }
        return (made, isNew)
    }

    /// The same; throws `conflict` if one of this name exists.
    func makeNewDirectory(_ name: EntryName, mode: UInt32 = 0o755) throws(StoreError) -> OpenDirectory {
        let (made, isNew) = try makeDirectory(name, mode: mode)
        guard isNew else {
            throw .conflict("\(made.path) was made by somebody else meanwhile; nothing was put into it")
        }
        return made
    }

    /// Makes a file and opens it for writing; no other program can have opened it before.
    package func makeFile(_ name: EntryName, mode: UInt32 = 0o600) throws(StoreError) -> OpenFile {
        let path = self.path(of: [name])
        try FaultPoint.reach("cannot create", path)
        let made = openat(
            descriptor.rawValue, name.text, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(mode))
        guard made >= 0 else { throw .system("cannot create", path, Errno(rawValue: errno)) }
        return try OpenFile(OwnedDescriptor(FileDescriptor(rawValue: made)), path)
    }

    /// Writes a file that appears only when it is complete, and replaces nothing: if the name is taken it becomes `name-2.png`, and so on.
    /// Returns the name. Unless `isPrivate`, everybody may read it.
    package func add(_ bytes: [UInt8], as name: EntryName, isPrivate: Bool) throws(StoreError) -> EntryName {
        let temporary = EntryName.temporary()
        let file = try makeFile(temporary, mode: isPrivate ? 0o600 : 0o644)
        do throws(StoreError) {
            try file.write(bytes)
            for number in 1...Self.copyLimit {
                let free = number == 1 ? name : name.numbered(number)
                if try rename(temporary, to: self, as: free) { return free }
            }
            throw .exists(name)
        } catch {
            try? remove(temporary)
            throw error
        }
    }

    /// The largest number of files that share a name this way.
    private static let copyLimit = 10_000

    /// Makes a symbolic link; throws EEXIST if the name is taken.
    package func makeLink(_ name: EntryName, to target: String) throws(StoreError) {
        try check("cannot link", name) { symlinkat(target, descriptor.rawValue, name.text) }
    }

    /// The target of a link, as it is written there.
    package func target(ofLink name: EntryName) throws(StoreError) -> FilePath {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        guard readlinkat(descriptor.rawValue, name.text, &buffer, Int(PATH_MAX)) > 0 else {
            throw .system("cannot read the link", path(of: [name]), Errno(rawValue: errno))
        }
        return FilePath(platformString: buffer)
    }

    // MARK: - Changing names

    /// Renames an entry, perhaps into another directory; false if the new name exists.
    package func rename(
        _ name: EntryName, to directory: OpenDirectory, as newName: EntryName
    ) throws(StoreError) -> Bool {
        try FaultPoint.reach("cannot rename to", directory.path(of: [newName]))
        let result = reprofs_rename_new(
            descriptor.rawValue, name.text, directory.descriptor.rawValue, newName.text)
        if result == 0 { return true }
        let problem = Errno(rawValue: errno)
        guard problem == .fileExists else { throw .system("cannot rename", path(of: [name]), problem) }
        return false
    }

    /// The same, replacing a file that has the new name.
    package func replace(_ newName: EntryName, by name: EntryName) throws(StoreError) {
        try check("cannot rename to", newName) {
            renameat(descriptor.rawValue, name.text, descriptor.rawValue, newName.text)
        }
    }

    /// Removes the name of a file, whatever it stands for by then.
    package func remove(_ name: EntryName) throws(StoreError) {
        try check("cannot remove", name) { unlinkat(descriptor.rawValue, name.text, 0) }
    }

    /// Removes an empty directory; false if it has entries.
    package func removeDirectory(_ name: EntryName) throws(StoreError) -> Bool {
        do throws(StoreError) {
            try check("cannot remove", name) { unlinkat(descriptor.rawValue, name.text, AT_REMOVEDIR) }
        } catch {
            if case .system(_, _, let errno) = error, [.directoryNotEmpty, .fileExists].contains(errno) {
                return false
            }
            throw error
        }
        return true
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

    private func check(_ operation: String, _ name: EntryName, _ body: () -> CInt) throws(StoreError) {
        try FaultPoint.reach(operation, path(of: [name]))
        guard body() == 0 else { throw .system(operation, path(of: [name]), Errno(rawValue: errno)) }
    }

    /// O_PATH, which glibc hides: opens only a reference.
    private var O_PATH_: CInt { 0o10_000_000 }
}
