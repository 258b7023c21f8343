import Foundation
import Synchronization
package import SystemPackage

/// A directory for one test, which takes everything in it away with its last reference.
package final class TemporaryDirectory: Sendable {
    package let path: FilePath

    package init() throws {
        let base = ProcessInfo.processInfo.environment["REPROFS_TEST_DIRECTORY"] ?? "/tmp"
        var template = Array("\(base)/reprofs-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
        path = FilePath(platformString: template)
        Self.atExit
        _ = Self.present.withLock { $0.insert(path) }
    }

    deinit {
        Self.present.withLock {
            $0.remove(path)
            Self.remove(path)
        }
    }

    /// Those that have not been removed. A thread that a test began may let the last reference go when the test has ended, and the
    /// process must not exit in the middle of the removal.
    private static let present = Mutex<Set<FilePath>>([])

    private static let atExit: Void = {
        atexit { TemporaryDirectory.present.withLock { $0.forEach(TemporaryDirectory.remove) } }
    }()

    private static func remove(_ path: FilePath) {
        // SQLite takes its own files away when its last connection closes, which may be at this very moment; a removal
        // that meets a file that has just gone stops there.
        for _ in 0..<100 {
            try? FileManager.default.removeItem(atPath: path.string)
            if !FileManager.default.fileExists(atPath: path.string) { return }
            usleep(10_000)
        }
    }

    package func appending(_ name: String) -> FilePath { path.appending(name) }

    /// Writes a file and the directories above it.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String, modified seconds: Int? = nil) throws -> FilePath {
        let file = path.appending(name)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
        if let seconds { try setModified(file, seconds) }
        return file
    }

    package func setModified(_ file: FilePath, _ seconds: Int) throws {
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file.string)
    }
}
