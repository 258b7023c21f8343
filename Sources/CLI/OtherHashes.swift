import Recipe
import Store

/// Reads the hashes by which other tools know models. They are safe in the store already: a reading that is cut off goes on the
/// next time.
enum OtherHashes {
    static func read(_ store: Store) throws {
        try each(of: try store.unidentified()) { blob, progress throws(StoreError) in
            try store.identify(blob, progress: progress)
        }
    }

    /// Only where an image may gain from it; says whether any was read.
    static func readBLAKE3(_ store: Store) throws -> Bool {
        guard try store.isWaitingForBLAKE3() else { return false }
        let blobs = try store.withoutBLAKE3()
        try each(of: blobs) { blob, progress throws(StoreError) in
            try store.readBLAKE3(of: blob)
            progress(blob.size)
        }
        return !blobs.isEmpty
    }

    private static func each(
        of blobs: [Blob], _ body: (Blob, (Int) -> Void) throws(StoreError) -> Void
    ) throws {
        var progress = ProgressLine(total: blobs.reduce(0) { $0 + $1.size })
        for blob in blobs {
            do throws(StoreError) {
                try body(blob) { progress.advance(by: $0, of: "other hashes of \(blob.digest.autoV2)") }
            } catch {
                progress.clear()
                Terminal.complain("reprofs: \(error)")
            }
        }
        progress.clear()
    }
}
