import CThumbnail

/// How a picture is turned before it is looked at, by the numbers of EXIF 2.32, 4.6.4. Browsers do that by themselves; what is decoded here for
/// somebody to look at is turned by `reprofs_turn`.
///
/// The digest of an image's pixels, its size and comparisons are of the pixels as they are stored.
package enum Orientation: Int32, Sendable, CaseIterable {
    case upright = 1
    case mirrored, upsideDown, mirroredUpsideDown, transposed, turnedRight, transposedUpsideDown, turnedLeft

    /// Whether an image's width becomes its height.
    var exchangesSides: Bool { rawValue >= Self.transposed.rawValue }

    /// The pixels as they are looked at. `channels`: bytes of a pixel.
    package func turned(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> [UInt8] {
        precondition(pixels.count == width * height * channels, "the pixels are not those of an image of this size")
        return [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            reprofs_turn(pixels, width, height, channels, rawValue, start)
            count = pixels.count
        }
    }
}
