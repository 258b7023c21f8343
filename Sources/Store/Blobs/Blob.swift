package import Recipe

/// Immutable bytes, named by their SHA-256.
package struct Blob: Sendable, Hashable {
    /// Its row.
    package let id: Int64
    /// The SHA-256 of its bytes, which names its file.
    package let digest: Digest
    /// Bytes.
    package let size: Int
    /// Whether not everybody could read the bytes wherever they came in, so that only who mounts may.
    package let isPrivate: Bool
}

extension Sequence {
    /// Bytes of all together. So many that no number holds them are said only by a catalogue that somebody made up.
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
