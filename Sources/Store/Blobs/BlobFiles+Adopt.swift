import Glibc
import Recipe
import SystemPackage

// Files that become blobs themselves, without a copy.
extension BlobFiles {
    /// Gives a file in `live/`, which is synced and will not change again, its blob's name as a second name. The caller syncs the
    /// directory, and removes the old name once a row names the blob.
    func adopt(
        _ path: FilePath, _ hashed: HashedBytes, size: Int, isPrivate: Bool
    ) throws(StoreError) -> PublishedBlob {
        let digest = hashed.digest
        let target = self.path(of: digest)
        try Kernel.setMode(path, Self.mode(isPrivate: isPrivate))
        if try !Kernel.linkNew(path, to: target) {
            try replace(target) { second throws(StoreError) in
                guard try Kernel.linkNew(path, to: second) else { throw .blobMissing(digest) }
            }
        }
        guard let facts = try facts(of: digest) else { throw .blobMissing(digest) }
        return .init(
            digest, size: size, .file(changed: facts.changed), isPrivate: isPrivate, pieces: hashed.pieces)
    }

    /// The same for a file in another directory, to which nobody writes meanwhile; nil if it cannot be linked from there. It gets the
    /// blob's name only when it is certain that nobody can write to it.
    func adopt(
        _ source: OpenFile, _ hashed: HashedBytes, size: Int, isPrivate: Bool, while lease: ReadLease
    ) throws(StoreError) -> PublishedBlob? {
        let digest = hashed.digest
        let target = self.path(of: digest)
        let mode = try source.facts().mode
        try source.setMode(UInt32(Self.mode(isPrivate: isPrivate)))
        do throws(StoreError) {
            try replace(target) { second throws(StoreError) in
                let directory = try OpenDirectory(named: incoming)
                guard let name = second.lastComponent.flatMap({ try? EntryName($0.string) }),
                    try source.link(into: directory, as: name)
                else { throw .blobMissing(digest) }
                // A program that opened it for writing before its mode forbade that would have been noticed by now; so would another name.
                guard lease.isHeld, try source.facts().names == 2 else { throw .changedWhileRead(source.path) }
            }
        } catch {
            try? source.setMode(mode)
            guard case .system(_, _, .improperLink) = error else { throw error }
            return nil
        }
        return .init(
            digest, size: size, .file(changed: try source.facts().changed), isPrivate: isPrivate,
            pieces: hashed.pieces)
    }
}
