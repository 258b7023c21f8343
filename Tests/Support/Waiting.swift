import Foundation
import SystemPackage

/// Waits until `condition` holds; fails after ten seconds.
package func eventually(_ condition: () throws -> Bool) throws {
    for _ in 0..<500 {
        if try condition() { return }
        usleep(20_000)
    }
    throw Errno.timedOut
}

/// What `statvfs` tells.
package struct FileSystemFacts {
    package let blockSize: UInt
    package let blocks: UInt64
    package let longestName: UInt

    package init(_ path: String) throws {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { throw Errno(rawValue: errno) }
        blockSize = facts.f_frsize
        blocks = UInt64(facts.f_blocks)
        longestName = facts.f_namemax
    }
}
