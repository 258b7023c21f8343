/// How two images of one size differ, pixel by pixel.
package struct PixelComparison: Sendable, Equatable {
    /// The mean of the squares of all differences, in levels of 0 to 255; 0 for equal images.
    package let meanSquare: Double
    /// Mean structural similarity of the luma, 1 for equal images. Source: Wang et al., 2004, with blocks of 8 x 8 pixels.
    package let ssim: Double
    /// The largest difference of one channel, in levels of 0 to 255.
    package let largest: Int
    /// Pixels that are not the same.
    package let changed: Int
    /// Pixels that were compared.
    package let pixels: Int

    /// Nil if the sizes differ. `a` and `b` hold `channels` bytes for each pixel, row by row.
    package init?(_ a: [UInt8], _ b: [UInt8], width: Int, height: Int, channels: Int) {
        guard a.count == b.count, a.count == width * height * channels, !a.isEmpty else { return nil }
        var squares = 0
        var largest = 0
        var changed = 0
        for pixel in 0..<(width * height) {
            var isSame = true
            for channel in 0..<channels {
                let difference = Int(a[pixel * channels + channel]) - Int(b[pixel * channels + channel])
                if difference != 0 { isSame = false }
                squares += difference * difference
                largest = max(largest, abs(difference))
            }
            if !isSame { changed += 1 }
        }
        meanSquare = Double(squares) / Double(a.count)
        self.largest = largest
        self.changed = changed
        pixels = width * height
        ssim = Self.similarity(
            Self.luma(a, channels: channels), Self.luma(b, channels: channels), width: width, height: height)
    }

    private static func luma(_ bytes: [UInt8], channels: Int) -> [Double] {
        stride(from: 0, to: bytes.count, by: channels).map { start in
            guard channels >= 3 else { return Double(bytes[start]) }
            return 0.299 * Double(bytes[start]) + 0.587 * Double(bytes[start + 1]) + 0.114 * Double(bytes[start + 2])
        }
    }

    /// The mean over blocks of 8 x 8 pixels, every 4 pixels one; smaller images are one block.
    private static func similarity(_ a: [Double], _ b: [Double], width: Int, height: Int) -> Double {
        let (across, down) = (min(8, width), min(8, height))
        let (c1, c2) = (6.5025, 58.5225)
        var sum = 0.0
        var blocks = 0.0
        for top in stride(from: 0, through: height - down, by: 4) {
            for left in stride(from: 0, through: width - across, by: 4) {
                var (sumA, sumB, squareA, squareB, product) = (0.0, 0.0, 0.0, 0.0, 0.0)
                for row in top..<(top + down) {
                    for column in left..<(left + across) {
                        let (x, y) = (a[row * width + column], b[row * width + column])
                        sumA += x
                        sumB += y
                        squareA += x * x
                        squareB += y * y
                        product += x * y
                    }
                }
                let count = Double(across * down)
                let (meanA, meanB) = (sumA / count, sumB / count)
                let varianceA = squareA / count - meanA * meanA
                let varianceB = squareB / count - meanB * meanB
                let covariance = product / count - meanA * meanB
                sum +=
                    ((2 * meanA * meanB + c1) * (2 * covariance + c2))
                    / ((meanA * meanA + meanB * meanB + c1) * (varianceA + varianceB + c2))
                blocks += 1
            }
        }
        return blocks > 0 ? sum / blocks : 1
    }
}
