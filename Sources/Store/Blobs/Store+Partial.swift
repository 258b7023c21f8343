package import Recipe
import SystemPackage

/// A file that came from a remote, or was to go there, as far as it got, and is for nobody any more.
package struct PartialLeftover: Sendable {
    /// Its name in `partial/`: the hash of the bytes that it was to have.
    package let name: String
    /// The space that it took. Bytes.
    package let bytes: Int
}

extension Store {
    /// Bytes that are to come, as far as they have; nil while somebody else has them alone. Throws if there is no room for the rest, and for
    /// `more` bytes.
    package func partial(
        _ content: PinManifest.Content, _ list: PieceList?, besides more: Int = 0
    ) throws(StoreError) -> PartialBlob? {
        guard let partial = try PartialBlob(content, list, in: try makePartial(), files) else { return nil }
        try Kernel.requireReserve(
            files.incoming, for: try partial.missing(atMost: PieceList.pieceSize).total(\.count) + more)
        return partial
    }

    /// The names in the directory of what is on its way, but for maps.
    private func partialNames() throws(StoreError) -> [String] {
        guard try FileFacts.at(partialDirectory, followLinks: false)?.kind == .directory else { return [] }
        return try DirectoryListing.names(in: partialDirectory).filter { !$0.hasSuffix(".map") }.sorted()
    }

    /// How much has come of blobs that are on their way with a list, whose sizes are given. Bytes.
    func present(of sizes: [Digest: Int]) throws(StoreError) -> Int {
        var present: [Int] = []
        for name in try partialNames() {
            guard let size = Digest(hex: name).flatMap({ sizes[$0] }) else { continue }
            // It may become a blob meanwhile.
            if let found = try? PieceMap.present(of: partialDirectory.appending(name), size: size) {
                present.append(found)
            }
        }
        return present.total { $0 }
    }

    /// Takes the second name away of bytes that became a blob whose process ended before it could.
    func dropPartialName(of digest: Digest) throws(StoreError) {
        let path = partialDirectory.appending(digest.hex)
        guard let facts = try FileFacts.at(path, followLinks: false), facts.names > 1 else { return }
        try PartialBlob.remove(path)
    }

    private var partialDirectory: FilePath { path.appending(PartialBlob.directory) }

    /// The directory of what is on its way, which is made if there is none.
    func makePartial() throws(StoreError) -> FilePath {
        let directory = partialDirectory
        if try FileFacts.at(directory, followLinks: false) == nil {
            do throws(StoreError) { try Kernel.makeDirectory(directory, permissions: 0o700) } catch {
                guard case .system(_, _, .fileExists) = error else { throw error }
            }
        }
        return directory
    }

    /// Whether nobody has a blob open that is on its way.
    func isUnusedPartial(_ digest: Digest) throws(StoreError) -> Bool {
        try ofUnusedPartial(digest.hex) { true } ?? false
    }

    /// What is on its way for nobody any more: no row names it, and nobody has it open. `isLeft` says of a name, of the hash if that is one,
    /// and of when it was gone on with last, whether it is. With `removes` it is taken away.
    func partialLeftovers(
        removes: Bool, _ isLeft: (_ name: String, Digest?, _ modified: Timestamp) throws(StoreError) -> Bool
    ) throws(StoreError) -> [PartialLeftover] {
        var found: [PartialLeftover] = []
        for name in try partialNames() {
            let path = partialDirectory.appending(name)
            guard let facts = try FileFacts.at(path, followLinks: false),
                try isLeft(name, Digest(hex: name), facts.modified)
            else { continue }
            let bytes = try ofUnusedPartial(name) { () throws(StoreError) in
                // Most of a sparse file is not there.
                let bytes = try Kernel.allocated(path)
                if removes { try PartialBlob.remove(path) }
                return bytes
            }
            if let bytes { found.append(.init(name: name, bytes: bytes)) }
        }
        return found
    }

    /// Runs `body` while nobody else can open a file; nil if somebody has it open.
    private func ofUnusedPartial<Result>(
        _ name: String, _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        let path = partialDirectory.appending(name)
        guard try FileFacts.at(path, followLinks: false) != nil else { return try body() }
        guard let file = try? Kernel.open(path, .readOnly, options: .noFollow) else { return nil }
        // The lock ends with the descriptor.
        defer { withExtendedLifetime(file) {} }
        return Kernel.lock(file, .exclusive, waits: false) ? try body() : nil
    }
}
