import Glibc
package import Recipe
import SystemPackage

/// How far an upload has come, so that another process can continue it after this one has ended. The note is in the directory of partial
/// blobs.
package final class UploadNote: Sendable {
    private static let limit = 16 << 10
    private let path: FilePath
    private let file: OwnedDescriptor

    fileprivate init?(_ path: FilePath) throws(StoreError) {
        self.path = path
        file = try Kernel.open(path, .readWrite, options: [.create, .noFollow], permissions: .ownerReadWrite)
        guard Kernel.lock(file, .exclusive, waits: false) else { return nil }
    }

    /// What was written last; nil if nothing was.
    package func read() throws(StoreError) -> [UInt8]? {
        let bytes = try file.readAll(path).prefix { $0 != UInt8(ascii: "\n") }
        return bytes.isEmpty ? nil : Array(bytes)
    }

    /// Replaces it with a text of one line. A process that is killed leaves the old or the new one.
    package func write(_ line: [UInt8]) throws(StoreError) {
        guard line.count < Self.limit, !line.contains(UInt8(ascii: "\n")) else { return }
        try file.writeAll(line + [UInt8(ascii: "\n")], at: 0, path)
    }

    /// Removes the note, because the upload is done or begins anew.
    package func remove() throws(StoreError) { try Kernel.unlink(path) }
}

extension Store {
    private static func name(_ remote: Int64) -> String { "push-\(remote)-" }

    /// Removes the notes of uploads that are done or, with nil, all notes of a remote that is forgotten. Notes that a living process uses
    /// stay.
    package func dropUploadNotes(toRemote id: Int64, of digests: [Digest]? = nil) throws(StoreError) {
        let directory = path.appending(PartialBlob.directory)
        guard try FileFacts.at(directory, followLinks: false)?.kind == .directory else { return }
        let done = digests.map { Set($0.map { Self.name(id) + $0.hex }) }
        for name in try DirectoryListing.names(in: directory) where name.hasPrefix(Self.name(id)) {
            guard done?.contains(name) != false else { continue }
            if let note = try UploadNote(directory.appending(name)) { try note.remove() }
        }
    }

    /// The note of the upload of these bytes to the remote with this row; nil while another process or task uploads them there.
    package func uploadNote(of digest: Digest, toRemote id: Int64) throws(StoreError) -> UploadNote? {
        try UploadNote(try makePartial().appending(Self.name(id) + digest.hex))
    }
}
