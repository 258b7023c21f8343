import Recipe
import Store

/// Reads the hashes by which other tools know models. They are safe in the store already: a reading that is cut off goes on the
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

    /// Only where an image may gain from it; says whether any was read.
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
