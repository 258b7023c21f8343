import ArgumentParser
import Foundation
import Glibc
import Store
import SystemPackage

/// Paths as people give them.
enum Paths {
    /// Refuses an empty text, which names nothing: taken for a relative path it would be the working directory, and a variable
    /// that a script forgot to set would stand for all that lies there.
    static func requireText(_ text: String) throws {
        guard !text.isEmpty else {
            throw ValidationError("an argument is empty, so it names nothing; the working directory is '.'")
        }
    }

    /// `path` from the root, without `.` and `..`; links stay as they are.
    static func absolute(_ path: String) throws -> FilePath {
        try requireText(path)
        let given = FilePath(path)
        if given.isAbsolute { return given.lexicallyNormalized() }
        guard let here = getcwd(nil, 0) else {
            throw CommandFailure("the working directory is not there any more (\(Errno(rawValue: errno)))")
        }
        defer { free(here) }
        return FilePath(platformString: here).pushing(given).lexicallyNormalized()
    }

    /// `path` with every link on the way to its last component resolved, so that one file has one path.
    static func located(_ path: String) throws -> FilePath {
        let whole = try absolute(path)
        guard let name = whole.lastComponent else { return whole }
        return real(whole.removingLastComponent()).map { $0.appending(name) } ?? whole
    }

    /// The directory that `path` stands for, links at its end followed too, without asking what lies in it: a mount there
    /// may be dead.
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

    /// `path` with every link resolved; nil where there is nothing.
    static func real(_ path: FilePath) -> FilePath? {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }

    /// The directory that `path` names, opened, made where it is not there; whether it was made.
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

    /// Takes an empty directory away that was made by its path.
    static func removeDirectory(_ path: FilePath) { _ = path.withPlatformString { rmdir($0) } }

    static func isDirectory(_ path: FilePath) -> Bool {
        var facts = stat()
        return path.withPlatformString { stat($0, &facts) } == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}
