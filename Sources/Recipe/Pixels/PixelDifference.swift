/// How far one image is from another one of its size, in a few numbers that are stored.
package struct PixelDifference: Sendable, Equatable {
    /// The largest difference of one channel, in levels of 0 to 255.
    package let largest: Int
    /// How many pixels differ, and how many there are.
    package let changed: Int
    package let pixels: Int

    /// Keeps those results of a comparison that a certificate contains.
    package init(_ comparison: PixelComparison) {
        largest = comparison.largest
        changed = comparison.changed
        pixels = comparison.pixels
    }

    /// Reads the member `difference` of a certificate's result; nil if nothing was measured.
    package init?(_ json: JSON) {
        guard let largest = json["largest"]?.number?.int, let changed = json["changedPixels"]?.number?.int,
            let pixels = json["pixels"]?.number?.int, pixels > 0
        else { return nil }
        (self.largest, self.changed, self.pixels) = (largest, changed, pixels)
    }

    /// Whether it is invisible: at most one level in one pixel of a hundred.
    package var isInvisible: Bool { largest <= 1 && changed <= pixels / 100 }

    /// In words, such as "0.4 % of the pixels differ, by 1 of 255 levels at most".
    package var description: String {
        let permille = (Double(changed) / Double(pixels) * 1000).rounded()
        let share = permille < 1 && changed > 0 ? "less than 0.1" : "\(permille / 10)"
        let words = "\(share) % of the pixels differ, by \(largest) of 255 levels at most"
        return isInvisible ? "no visible difference: \(words)" : words
    }
}
