import CLinux
import Glibc
import SystemPackage

/// Tests whether a store can live on a file system: everything that its promises rest on is done once, in a temporary directory, when a
/// store is made and when it is mounted.
enum FileSystemProbe {
    /// Throws `unsuitable`, with what is missing, if it cannot.
    static func run(in directory: FilePath) throws(StoreError) {
        let place = directory.appending(".probe-\(getpid())-\(UInt64.random(in: .min ... .max))")
        try Kernel.makeDirectory(place, permissions: 0o700)
        defer { remove(place) }
        func require(_ holds: Bool, _ what: String) throws(StoreError) {
            if !holds { throw .unsuitable(directory, what) }
        }
        let one = place.appending("one"), two = place.appending("two")
        let file = try Kernel.open(one, .readWrite, options: .create, permissions: .ownerReadWrite)
        try file.writeAll([1, 2, 3], one)

        try require(
            one.withPlatformString { one in two.withPlatformString { link(one, $0) } } == 0,
            "it has no hard links, by which a file becomes a version without a moment in which it is lost")
        // Not compared by inode numbers: stacked file systems make up numbers, and cache sizes and link counts.
        try require(pwrite(file.rawValue, [9] as [UInt8], 1, 0) == 1, "it cannot be written to")
        let linked = try Kernel.open(two, .readOnly).readAll(two)
        try require(
            linked == [9, 2, 3], "its hard links are not two names of one file")

        try require(
            fchmod(file.rawValue, 0o400) == 0 && fchmod(file.rawValue, 0o600) == 0, "modes of files cannot be set")

        let same = try Kernel.open(one, .readWrite)
        try require(
            flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 && flock(same.rawValue, LOCK_EX | LOCK_NB) != 0,
            "its locks (flock) keep nobody out")
        try require(
            reprofs_lock_whole_file(file.rawValue) == 0 && reprofs_lock_whole_file(same.rawValue) != 0,
            "its open file description locks (OFD) keep nobody out")

        let three = place.appending("three")
        let other = try Kernel.open(three, .readWrite, options: .create, permissions: .ownerReadWrite)
        try other.writeAll([4], three)
        let isRenamed = three.withPlatformString { three in two.withPlatformString { Glibc.rename(three, $0) } } == 0
        let replaced = try FileFacts.at(two)
        try require(isRenamed && replaced?.size == 1, "a rename does not replace a file")
        try require(
            Glibc.unlink(two.string) == 0 && fstat(of: other)?.st_size == 1,
            "an open file is lost when its name is removed")

        try require(hasSharedMemory(file), "its files cannot be mapped to be shared, which SQLite's log needs")
    }

    private static func fstat(of file: OwnedDescriptor) -> stat? {
        var facts = stat()
        return Glibc.fstat(file.rawValue, &facts) == 0 ? facts : nil
    }

    private static func hasSharedMemory(_ file: OwnedDescriptor) -> Bool {
        let memory = mmap(nil, 3, PROT_READ | PROT_WRITE, MAP_SHARED, file.rawValue, 0)
        guard let memory, memory != MAP_FAILED else { return false }
        munmap(memory, 3)
        return true
    }

    private static func remove(_ place: FilePath) {
        for name in ["one", "two", "three"] { _ = place.appending(name).withPlatformString { Glibc.unlink($0) } }
        _ = place.withPlatformString { rmdir($0) }
    }
}
