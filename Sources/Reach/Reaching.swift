import Recipe
package import Remote
package import Store

/// A store and one of its remotes: what moves between the two. Bytes are believed by their hashes alone, wherever they come from.
package struct Reaching: Sendable {
    /// How far a movement has come.
    package enum Progress: Sendable {
        /// So many bytes are going to be moved.
        case planned(Int)
        /// So many were, of this.
        case moved(Int, of: String)
    }

    let store: Store
    package let remote: RemoteRow
    let repository: PartedRepository
    /// How many requests are made at a time.
    let connections: Int
    /// Other remotes in the same registry, and what the registry calls their repositories.
    let neighbours: [String: String]
    let show: @Sendable (Progress) -> Void

    /// `maxBlob` is the largest blob that is sent to it, in bytes; nil: whatever it takes.
    package init(
        _ store: Store, _ remote: RemoteRow, _ repository: any RemoteRepository, connections: Int = 8,
        maxBlob: Int? = nil, neighbours: [String: String] = [:],
        _ show: @escaping @Sendable (Progress) -> Void = { _ in }
    ) {
        self.store = store
        self.remote = remote
        self.repository = PartedRepository(repository, limit: maxBlob)
        self.connections = max(1, connections)
        self.neighbours = neighbours
        self.show = show
    }

    /// So many manifests are read at most to find the parts of a blob whose own tag is lost, or was not copied with them.
    private static let mostManifests = 8

    /// ``PartedRepository/size(of:expected:)`` of a blob that the remote is thought to have.
    func size(of blob: Digest, expected: Int?) async throws -> Int? {
        if let size = try await repository.size(of: blob, expected: expected) { return size }
        guard PartedRepository.mayHaveParts(expected) else { return nil }
        for tag in try store.tags(at: remote, keeping: blob).prefix(Self.mostManifests) {
            _ = try await repository.manifest(.tag(tag))
            if repository.hasHeard(of: blob) { return try await repository.size(of: blob, expected: expected) }
        }
        return nil
    }

    /// Does `body` for all items, so many at a time, and returns what came of each, in order. The first failure ends the others.
    func forEach<Item: Sendable, Outcome: Sendable>(
        _ items: [Item], atMost limit: Int? = nil, _ body: @escaping @Sendable (Item) async throws -> Outcome
    ) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
            var outcomes = [Outcome?](repeating: nil, count: items.count)
            var next = 0
            func begin() {
                guard next < items.count else { return }
                let (index, item) = (next, items[next])
                next += 1
                group.addTask { (index, try await body(item)) }
            }
            for _ in 0..<min(limit ?? connections, items.count) { begin() }
            while let (index, outcome) = try await group.next() {
                outcomes[index] = outcome
                begin()
            }
            return outcomes.compactMap { $0 }
        }
    }
}
