/// Texts hidden in the lowest bits of an image's pixels, as NovelAI and extensions of A1111, Forge and SwarmUI do.
///
/// Bits go down the columns. A signature of 15 characters, the length in bits as 32 bits, the text, perhaps gzipped.
/// Source: NovelAI's image metadata script; the extension `sd_webui_stealth_pnginfo`.
enum Stealth {
    private enum Mode: CaseIterable {
        case alpha, colour

        /// Of one pixel: alpha alone, or red, green and blue.
        var bits: Int { self == .alpha ? 1 : 3 }
        var signatures: (plain: String, compressed: String) {
            self == .alpha ? ("stealth_pnginfo", "stealth_pngcomp") : ("stealth_rgbinfo", "stealth_rgbcomp")
        }
    }

    /// Adds the text as the fields that it stands for: A1111's `parameters`, or the members of NovelAI's object.
    static func read(_ source: some ByteSource, into metadata: inout Metadata) throws(SourceError) {
        guard let width = metadata.width, let height = metadata.height, width > 0, height > 0 else { return }
        for mode in Mode.allCases {
            // The signature lies in the first columns, most often in the first; most images have none.
            let glance = Collector(
                mode: mode, columns: (15 * 8 + height * mode.bits - 1) / (height * mode.bits), rows: 120)
            _ = try PixelReader.read(source, metadata, glance)
            guard glance.begins(with: mode.signatures) else { continue }
            let whole = Collector(mode: mode, columns: .max, rows: .max)
            guard try PixelReader.read(source, metadata, whole) else {
                return metadata.note("the pixels hide a text, but are damaged")
            }
            return take(whole.bytes(), mode, into: &metadata)
        }
    }

    private static func take(_ bytes: [UInt8], _ mode: Mode, into metadata: inout Metadata) {
        let length = bytes.count >= 19 ? bigEndian(bytes[15..<19]) / 8 : 0
        guard length > 0, length <= bytes.count - 19 else {
            return metadata.note("the text hidden in the pixels is cut off")
        }
        let isCompressed = bytes.prefix(15).elementsEqual(mode.signatures.compressed.utf8)
        var text = Array(bytes[19..<19 + length])
        if isCompressed {
            let (inflated, isComplete) = gunzip(text[...], limit: ReadLimit.field)
            if !isComplete { metadata.noteInflated("the text hidden in the pixels", inflated) }
            text = inflated
        }
        guard let object = (try? JSONParser.parse(text))?.object, object["sui_image_params"] == nil else {
            return metadata.add("parameters", text)
        }
        metadata.add(object)
    }

    /// Collects the lowest bits by columns: eight in a byte, the first in the highest place.
    private final class Collector: PixelReader.Visitor {
        let mode: Mode
        /// Columns and rows that are wanted from the top left.
        let columns, rows: Int
        private var size = PixelReader.Size(width: 0, height: 0, sample: 1)
        /// The bits of a row in bytes, one row after the other.
        private var bits: [UInt8] = []
        private var stride = 0
        private var seen = 0
        private var taken = 0

        init(mode: Mode, columns: Int, rows: Int) {
            self.mode = mode
            self.columns = columns
            self.rows = rows
        }

        func begin(_ size: PixelReader.Size) -> Bool {
            self.size = size
            taken = min(columns, size.width)
            stride = (taken * mode.bits + 7) / 8
            // A text in a larger image would be cut off by everybody's limits.
            return size.sample == 1 && stride * size.height <= 48 << 20
        }

        func row(_ rgba: UnsafeRawBufferPointer) -> Bool {
            let start = bits.count
            bits.append(contentsOf: repeatElement(0, count: stride))
            for x in 0..<taken {
                for bit in 0..<mode.bits {
                    let sample = rgba[x * 4 + (mode == .alpha ? 3 : bit)]
                    let place = x * mode.bits + bit
                    bits[start + place / 8] |= (sample & 1) << UInt8(7 - place % 8)
                }
            }
            seen += 1
            return seen < rows
        }

        func begins(with signatures: (plain: String, compressed: String)) -> Bool {
            let start = bytes(limit: 15)
            return start.elementsEqual(signatures.plain.utf8) || start.elementsEqual(signatures.compressed.utf8)
        }

        /// The hidden bytes, read down the columns.
        func bytes(limit: Int = .max) -> [UInt8] {
            var result: [UInt8] = []
            var byte: UInt8 = 0
            var count = 0
            for x in 0..<taken {
                for y in 0..<seen {
                    for bit in 0..<mode.bits {
                        let place = x * mode.bits + bit
                        byte = byte << 1 | bits[y * stride + place / 8] >> UInt8(7 - place % 8) & 1
                        count += 1
                        guard count % 8 == 0 else { continue }
                        result.append(byte)
                        if result.count == limit { return result }
                    }
                }
            }
            return result
        }
    }
}
