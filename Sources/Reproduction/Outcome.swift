import Comfy
import Foundation
import Recipe
import Store

/// The output of a run that is nearest to an image, and how near it is.
struct Outcome: Sendable {
    let file: RunOutput
    let pixels: Digest?
    let comparison: PixelComparison?
    let isSame: Bool

    /// `expected` is the digest of the image's pixels; `original` is the image's file, if there is one to compare with.
    static func nearest(
        of outputs: [(file: RunOutput, bytes: [UInt8])], expected: Digest?, original: [UInt8]?
    ) -> Outcome? {
        let reference = original.flatMap { PixelReader.rgba($0) }
        let all = outputs.map { output -> Outcome in
            let source = MemorySource(output.bytes)
            let metadata = try? Container.read(source)
            let pixels = metadata.flatMap { try? PixelDigest.of(source, $0) }
            if let pixels, pixels == expected {
                return Outcome(file: output.file, pixels: pixels, comparison: nil, isSame: true)
            }
            var comparison: PixelComparison?
            if let reference, let made = PixelReader.rgba(output.bytes), made.size.width == reference.size.width,
                made.size.height == reference.size.height
            {
                comparison = PixelComparison(
                    reference.bytes, made.bytes, width: made.size.width, height: made.size.height, channels: 4)
            }
            return Outcome(file: output.file, pixels: pixels, comparison: comparison, isSame: false)
        }
        return all.first(where: \.isSame)
            ?? all.min { ($0.comparison?.meanSquare ?? .infinity) < ($1.comparison?.meanSquare ?? .infinity) }
    }

    var json: JSON {
        let number = { (value: Double) -> JSON in
            value.isFinite ? .number(.init(literal: String((value * 1e6).rounded() / 1e6))) : .null
        }
        return [
            "file": .string(file.subfolder.isEmpty ? file.name : "\(file.subfolder)/\(file.name)"),
            "node": .string(file.node), "pixels": .string(orNull: pixels?.hex), "identical": .bool(isSame),
            "difference": comparison.map {
                [
                    "psnr": number(Self.psnr($0)), "ssim": number($0.ssim), "largest": .integer($0.largest),
                    "changedPixels": .integer($0.changed), "pixels": .integer($0.pixels),
                ]
            } ?? .null,
        ]
    }

    /// Peak signal-to-noise ratio in decibels.
    private static func psnr(_ comparison: PixelComparison) -> Double { 10 * log10(255 * 255 / comparison.meanSquare) }

    /// In words; nil if the pixels are the same.
    var difference: String? {
        guard let comparison else { return nil }
        return "\(PixelDifference(comparison).description); PSNR "
            + "\((Self.psnr(comparison) * 10).rounded() / 10) dB, SSIM \((comparison.ssim * 10_000).rounded() / 10_000)"
    }
}
