package import Recipe

/// Immutable bytes, named by their SHA-256.
package struct Blob: Sendable, Hashable {
    /// Its row.
    package let id: Int64
    /// The SHA-256 of its bytes, which names its file.
    package let digest: Digest
    /// Bytes.
    package let size: Int
    /// Whether the bytes came only from files that not everybody could read, so that only the user who mounts may.
    package let isPrivate: Bool
}

extension Sequence {
    /// The total number of bytes; saturates, since a catalogue that somebody made up may hold sizes whose sum overflows.
    package func total(_ size: (Element) -> Int) -> Int {
        reduce(0) { sum, element in
            let (next, isTooMuch) = sum.addingReportingOverflow(size(element))
            return isTooMuch ? .max : next
        }
    }
}

/// A blob's bytes, ready to be read: a file, or a document from the catalogue.
package enum BlobContents: Sendable {
    case file(OwnedDescriptor)
    case bytes([UInt8])
}
