import ArgumentParser
import Foundation
import Glibc
import Store
import SystemPackage

/// Turns arguments into paths.
enum Paths {
    /// Throws if a text is empty. As a relative path it would mean the working directory, and a variable that a script forgot to set would
    /// stand for everything in there.
    static func requireText(_ text: String) throws {
        guard !text.isEmpty else {
            throw ValidationError("an argument is empty, so it names nothing; the working directory is '.'")
        }
    }

    /// `path` from the root, without `.` and `..`; links are not resolved.
    static func absolute(_ path: String) throws -> FilePath {
        try requireText(path)
        let given = FilePath(path)
        if given.isAbsolute { return given.lexicallyNormalized() }
        guard let here = getcwd(nil, 0) else {
            throw CommandFailure("the working directory no longer exists (\(Errno(rawValue: errno)))")
        }
        defer { free(here) }
        return FilePath(platformString: here).pushing(given).lexicallyNormalized()
    }

    /// `path` with every link resolved except in its last component, so that one file has one path.
    static func located(_ path: String) throws -> FilePath {
        let whole = try absolute(path)
        guard let name = whole.lastComponent else { return whole }
        return real(whole.removingLastComponent()).map { $0.appending(name) } ?? whole
    }

    /// The directory that `path` stands for, with links resolved at its end, too, but without accessing it: a mount there may be dead.
    static func mountPoint(_ path: String) throws -> FilePath {
        var found = try located(path)
        for _ in 0..<40 {
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
            guard found.withPlatformString({ readlink($0, &buffer, Int(PATH_MAX)) }) > 0 else { return found }
            let target = FilePath(platformString: buffer)
            found = try located((target.isAbsolute ? target : found.removingLastComponent().pushing(target)).string)
        }
        throw CommandFailure("\(path) is a link that leads from link to link without an end")
    }

    /// `path` with every link resolved; nil if there is nothing.
    static func real(_ path: FilePath) -> FilePath? {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }

    /// Opens the directory at `path`, making it if it does not exist; returns whether it was made.
    static func openDirectory(_ path: FilePath) throws -> (directory: OpenDirectory, isNew: Bool) {
        let isNew = real(path) == nil
        if isNew {
            do {
                try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
            } catch {
                throw StoreError.conflict(
                    "\(path) cannot be made as a directory: something of that name, or a link, is in the way")
            }
        }
        return (try OpenDirectory(named: path), isNew)
    }

    static func isFile(_ path: FilePath) -> Bool {
        var facts = stat()
        return path.withPlatformString { stat($0, &facts) } == 0 && facts.st_mode & S_IFMT == S_IFREG
    }

    /// Removes an empty directory that was made by its path.
    static func removeDirectory(_ path: FilePath) { _ = path.withPlatformString { rmdir($0) } }

    static func isDirectory(_ path: FilePath) -> Bool {
        var facts = stat()
        return path.withPlatformString { stat($0, &facts) } == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}

extension FilePath {
    /// The path of an entry that a listing of this directory gave; its name need not be UTF-8.
    func appending(_ entry: [UInt8]) -> FilePath {
        Component(platformString: entry.map { CChar(bitPattern: $0) } + [0]).map { appending($0) } ?? self
    }
}
