import CPNG
import CWebP

/// The decoded pixels of a lossless image, row by row from the top: PNG through libpng, WebP through libwebp.
package enum PixelReader {
    /// The form of the rows: RGBA, with samples of 1 byte, or of 2 bytes big-endian.
    package struct Size: Sendable, Equatable {
        /// Pixels.
        package let width: Int
        /// Pixels.
        package let height: Int
        package let sample: Int
    }

    /// Receives the rows; each method returns whether it wants more.
    protocol Visitor: AnyObject {
        func begin(_ size: Size) -> Bool
        func row(_ rgba: UnsafeRawBufferPointer) -> Bool
    }

    /// No tool generates more pixels than this, and a small file may claim any number.
    private static let pixels = 1 << 28
    /// The most memory for images that cannot be read by rows. Bytes.
    private static let held = 64 << 20

    /// False if the file has no such pixels, is damaged, or is too large; the visitor may have seen some rows.
    static func read(_ source: some ByteSource, _ metadata: Metadata, _ visitor: some Visitor) throws(SourceError)
        -> Bool
    {
        guard metadata.isLossless else { return false }
        switch metadata.mediaType {
        case "image/png", "image/apng": return try png(source, visitor)
        case "image/webp": return try webp(source, visitor)
        default: return false
        }
    }

    /// All pixels of an image as RGBA with 8 bits a sample; nil for a format that is not decoded, or too large an image.
    package static func rgba(_ bytes: [UInt8]) -> (size: Size, bytes: [UInt8])? {
        let collector = Collector()
        let source = MemorySource(bytes)
        guard let metadata = try? Container.read(source), !metadata.isAnimated,
            (try? read(source, metadata, collector)) == true, let size = collector.size
        else { return nil }
        return (size, collector.bytes)
    }

    private final class Collector: Visitor {
        var size: Size?
        var bytes: [UInt8] = []

        func begin(_ size: Size) -> Bool {
            self.size = size
            bytes.reserveCapacity(size.width * size.height * 4)
            return true
        }

        func row(_ rgba: UnsafeRawBufferPointer) -> Bool {
            if size?.sample == 2 {
                for index in stride(from: 0, to: rgba.count, by: 2) { bytes.append(rgba[index]) }
            } else {
                bytes += rgba
            }
            return true
        }
    }

    private static func png(_ source: some ByteSource, _ visitor: some Visitor) throws(SourceError) -> Bool {
        var failure: SourceError?
        var offset = 0
        let state = DecoderState(
            read: { buffer in
                do throws(SourceError) {
                    let bytes = try source.read(at: offset, count: buffer.count)
                    buffer.copyBytes(from: bytes)
                    offset += bytes.count
                    return bytes.count
                } catch {
                    failure = error
                    return 0
                }
            },
            begin: { size in
                guard size.width * size.height <= pixels else { return false }
                return visitor.begin(size)
            },
            row: { visitor.row($0) })
        let status = state.decodePNG(limit: held)
        if let failure { throw failure }
        return status == 0
    }

    private static func webp(_ source: some ByteSource, _ visitor: some Visitor) throws(SourceError) -> Bool {
        guard source.count <= held else { return false }
        let bytes = try source.read(at: 0, count: source.count)
        var width: Int32 = 0
        var height: Int32 = 0
        guard WebPGetInfo(bytes, bytes.count, &width, &height) != 0,
            case let size = Size(width: Int(width), height: Int(height), sample: 1),
            size.width * size.height * 4 <= held,
            let rgba = WebPDecodeRGBA(bytes, bytes.count, &width, &height)
        else { return false }
        defer { WebPFree(rgba) }
        guard visitor.begin(size) else { return false }
        let stride = size.width * 4
        for y in 0..<size.height {
            guard visitor.row(UnsafeRawBufferPointer(start: rgba + y * stride, count: stride)) else { return false }
        }
        return true
    }
}

/// What libpng's callbacks access through their context.
private final class DecoderState {
    private let read: (UnsafeMutableRawBufferPointer) -> Int
    private let begin: (PixelReader.Size) -> Bool
    private let row: (UnsafeRawBufferPointer) -> Bool

    init(
        read: @escaping (UnsafeMutableRawBufferPointer) -> Int, begin: @escaping (PixelReader.Size) -> Bool,
        row: @escaping (UnsafeRawBufferPointer) -> Bool
    ) {
        self.read = read
        self.begin = begin
        self.row = row
    }

    func decodePNG(limit: Int) -> Int32 {
        var reader = reprofs_png_reader(
            context: Unmanaged.passUnretained(self).toOpaque(),
            read: { context, buffer, count in
                DecoderState.of(context).read(UnsafeMutableRawBufferPointer(start: buffer, count: count))
            },
            begin: { context, width, height, sample in
                DecoderState.of(context).begin(.init(width: width, height: height, sample: Int(sample))) ? 1 : 0
            },
            row: { context, row, count in
                DecoderState.of(context).row(UnsafeRawBufferPointer(start: row, count: count)) ? 1 : 0
            })
        return withExtendedLifetime(self) { reprofs_png_decode(&reader, limit) }
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> DecoderState {
        guard let context else { preconditionFailure("libpng lost its context") }
        return Unmanaged<DecoderState>.fromOpaque(context).takeUnretainedValue()
    }
}
