/// The tags that a repository of pins has beside the pins' names. They follow from what they name, so nobody races for them, and they keep it
/// from the registry's garbage collection.
package enum RemoteTag {
    private static let digits = 32

    /// The tag of a snapshot, by the beginning of its id.
    package static func snapshot(_ id: Digest) -> String { "s-" + id.hex.prefix(digits) }
    /// The tag of the snapshot of an image, by the beginning of the SHA-256 of the image's file.
    package static func image(_ image: Digest) -> String { "i-" + image.hex.prefix(digits) }

    /// The tag of what says of what parts a blob consists, by the beginning of its SHA-256.
    package static func parts(_ blob: Digest) -> String { "b-" + blob.hex.prefix(digits) }

    /// What a snapshot's tag says of its id; nil for any other tag.
    package static func snapshotDigits(_ tag: String) -> String? {
        tag.utf8.count == 2 + digits && tag.hasPrefix("s-") && DigestPrefix(hex: tag.dropFirst(2)) != nil
            ? String(tag.dropFirst(2)) : nil
    }

    /// Whether a name looks like one of these, so that no pin can have it. `m-` is for machines.
    package static func isReserved(_ name: String) -> Bool {
        guard name.utf8.count == 2 + digits, ["s-", "i-", "b-", "m-"].contains(where: { name.hasPrefix($0) }) else {
            return false
        }
        return DigestPrefix(hex: name.dropFirst(2)) != nil
    }
}
