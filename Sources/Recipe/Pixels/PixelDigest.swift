/// The SHA-256 of an image's decoded pixels: two files with the same digest show the same image, whatever texts they contain.
package enum PixelDigest {
    /// RGBA from the top left, 8 bits a sample, or 16 bits big-endian if the file has them. Nil for animations, and for lossy formats,
    /// whose pixels depend on the decoder.
    package static func of(_ source: some ByteSource, _ metadata: Metadata) throws(SourceError) -> Digest? {
        guard !metadata.isAnimated else { return nil }
        let visitor = Hasher()
        return try PixelReader.read(source, metadata, visitor) ? visitor.hash.finish() : nil
    }

    private final class Hasher: PixelReader.Visitor {
        let hash = SHA256()
        func begin(_ size: PixelReader.Size) -> Bool { true }
        func row(_ rgba: UnsafeRawBufferPointer) -> Bool {
            hash.update(rgba)
            return true
        }
    }
}
