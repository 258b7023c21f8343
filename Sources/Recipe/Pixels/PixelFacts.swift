import CThumbnail

/// The results of decoding an image once: the digest of its pixels, and a small picture of it.
package struct PixelFacts: Sendable {
    /// The digest, as ``PixelDigest`` computes it.
    package let digest: Digest
    /// A WebP file with at most 320 pixels on a side; nil if the image is too long to make one.
    package let thumbnail: [UInt8]?

    /// Nil for animations, and for lossy formats.
    package static func of(_ source: some ByteSource, _ metadata: Metadata) throws(SourceError) -> PixelFacts? {
        guard !metadata.isAnimated else { return nil }
        let visitor = Visitor()
        guard try PixelReader.read(source, metadata, visitor) else { return nil }
        return PixelFacts(digest: visitor.hash.finish(), thumbnail: visitor.thumbnail?.bytes(metadata.orientation))
    }

    private final class Visitor: PixelReader.Visitor {
        let hash = SHA256()
        var thumbnail: Thumbnail?

        func begin(_ size: PixelReader.Size) -> Bool {
            thumbnail = Thumbnail(size)
            return true
        }

        func row(_ rgba: UnsafeRawBufferPointer) -> Bool {
            hash.update(rgba)
            thumbnail?.add(rgba)
            return true
        }
    }
}

/// A small picture that is made row by row from the large one.
private final class Thumbnail {
    /// The largest there is of such a size. Bytes.
    private static let capacity = 1 << 20

    private let state: OpaquePointer

    init?(_ size: PixelReader.Size) {
        guard let state = reprofs_thumbnail_new(size.width, size.height, Int32(size.sample)) else { return nil }
        self.state = state
    }

    deinit { reprofs_thumbnail_free(state) }

    func add(_ rgba: UnsafeRawBufferPointer) {
        guard let start = rgba.baseAddress else { return }
        reprofs_thumbnail_row(state, start.assumingMemoryBound(to: UInt8.self))
    }

    func bytes(_ orientation: Orientation?) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.capacity) { buffer, count in
            count = reprofs_thumbnail_write(
                state, (orientation ?? .upright).rawValue, buffer.baseAddress, buffer.count)
        }
        return bytes.isEmpty ? nil : bytes
    }
}
