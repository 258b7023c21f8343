import Recipe
import Store

/// Reads the hashes by which other tools identify models. The models are safe in the store already; an interrupted reading continues the
/// next time.
enum OtherHashes {
    static func read(_ store: Store) throws {
        let blobs = try store.unidentified()
        let progress = Progress(total: blobs.total(\.size))
        for blob in blobs {
            do throws(StoreError) {
                try store.identify(blob) { progress.advance(by: $0, of: "other hashes of \(blob.digest.autoV2)") }
            } catch {
                Terminal.complain(error)
            }
        }
    }

    /// Only if an image may gain from it; returns whether any was read.
    static func readBLAKE3(_ store: Store) throws -> Bool {
        guard try store.isWaitingForBLAKE3() else { return false }
        let progress = Progress(total: try store.countWithoutBLAKE3(), counts: .things("model"))
        var hasRead = false
        try store.readBLAKE3(progress: { count in
            progress.advance(by: count, of: "BLAKE3 of models")
            hasRead = true
        })
        return hasRead
    }
}
