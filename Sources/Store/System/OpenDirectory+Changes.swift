import CLinux
import Glibc
package import Recipe
import SystemPackage

extension OpenDirectory {
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
        // Another user may have replaced the new directory by now.
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

    private func check(_ operation: String, _ name: EntryName, _ body: () -> CInt) throws(StoreError) {
        try FaultPoint.reach(operation, path(of: [name]))
        guard body() == 0 else { throw .system(operation, path(of: [name]), Errno(rawValue: errno)) }
    }
}
