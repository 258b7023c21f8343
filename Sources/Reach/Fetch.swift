import Recipe
import Remote
package import Store

/// What came of fetching bytes.
package struct FetchReport: Sendable {
    /// What was wanted.
    package let wanted: WantedBytes
    /// The remote that they came from; nil if they were here already.
    package let remote: String?
    /// Bytes that were fetched.
    package let bytes: Int
}

extension Reaching {
    /// Brings bytes from the first of several remotes that has the right ones. A remote that fails is told of, unless none is left.
    package static func fetch(
        _ wanted: WantedBytes, from remotes: [Reaching], told: (_ error: any Error, _ remote: String) -> Void
    ) async throws -> FetchReport {
        guard let store = remotes.first?.store else {
            throw ReachError.notThere(
                wanted.name, remote: "no remote is known: '\(ShellCommand.reprofs("remote add"))' names one, so none")
        }
        if try store.isThere(wanted.digest) { return FetchReport(wanted: wanted, remote: nil, bytes: 0) }
        var last: (error: any Error, remote: String)?
        let likely = try store.remotes(having: wanted.digest)
        let order =
            remotes.filter { likely.contains($0.remote.name) } + remotes.filter { !likely.contains($0.remote.name) }
        for remote in order {
            do {
                guard let report = try await remote.fetch(wanted) else { continue }
                if let last { told(last.error, last.remote) }
                return report
            } catch let error where !(error is CancellationError) {
                if let last { told(last.error, last.remote) }
                last = (error, remote.remote.name)
            }
        }
        throw last?.error
            ?? ReachError.notThere(wanted.name, remote: remotes.map(\.remote.name).joined(separator: ", "))
    }

    /// Nil if they are not there.
    private func fetch(_ wanted: WantedBytes) async throws -> FetchReport? {
        guard let length = try await self.size(of: wanted.digest, expected: wanted.size) else {
            try store.noteLoss(of: wanted.digest, at: remote, isGone: true)
            return nil
        }
        let size = wanted.size ?? length
        guard size == length, length <= Store.largestFile else {
            throw try damaged(wanted.digest, wanted.name)
        }
        try store.requireRoom(for: size)
        show(.planned(size))
        let list = try store.pieces(of: wanted.digest, size: size)
        let (blob, isFetched) = try await fetch(.init(wanted.digest, size: size), list, called: wanted.name)
        try store.receive(blob)
        if isFetched { try store.noteProof(of: [wanted.digest], at: remote) }
        return FetchReport(wanted: wanted, remote: isFetched ? remote.name : nil, bytes: isFetched ? size : 0)
    }
}
