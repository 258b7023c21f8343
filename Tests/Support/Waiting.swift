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

/// The same for a test that others' threads must go on for: it gives its own away between two looks. Where all threads are busy, a
/// look waits for its turn as everything does that it waits for.
package func eventually(
    isolation: isolated (any Actor)? = #isolation, _ condition: () throws -> Bool
) async throws {
    for _ in 0..<500 {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(20))
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
