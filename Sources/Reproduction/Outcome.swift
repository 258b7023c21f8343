import Comfy
import Foundation
import Recipe
import Store

/// The output of a run that is nearest to an image, and how near it is.
struct Outcome: Sendable {
    let file: RunOutput
    let pixels: Digest?
    let nearness: Nearness

    /// How near an output is to the image.
    enum Nearness: Sendable {
        case same
        case measured(PixelComparison)
        case otherSize(original: PixelReader.Size, made: PixelReader.Size)
        /// There is no file of the image to compare with.
        case noOriginal
        /// The pixels of one of the two files cannot be decoded.
        case undecoded
    }

    var isSame: Bool { if case .same = nearness { true } else { false } }
    private var comparison: PixelComparison? {
        if case .measured(let comparison) = nearness { comparison } else { nil }
    }

    /// `expected` is the digest of the image's pixels; `original` is the image's file, if there is one to compare with.
    static func nearest(
        of outputs: [(file: RunOutput, bytes: [UInt8])], expected: Digest?, original: [UInt8]?
    ) -> Outcome? {
        let reference = original.map { PixelReader.rgba($0) }
        let all = outputs.map { output -> Outcome in
            let source = MemorySource(output.bytes)
            let metadata = try? Container.read(source)
            let pixels = metadata.flatMap { try? PixelDigest.of(source, $0) }
            let nearness =
                if let pixels, pixels == expected {
                    Nearness.same
                } else if let reference {
                    Nearness(of: PixelReader.rgba(output.bytes), to: reference)
                } else {
                    Nearness.noOriginal
                }
            return Outcome(file: output.file, pixels: pixels, nearness: nearness)
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
        switch nearness {
        case .same: nil
        case .measured(let comparison):
            "\(PixelDifference(comparison).description); PSNR \((Self.psnr(comparison) * 10).rounded() / 10) dB, "
                + "SSIM \((comparison.ssim * 10_000).rounded() / 10_000)"
        case .otherSize(let original, let made):
            "the pictures have different sizes: \(original.width)×\(original.height) and \(made.width)×\(made.height)"
        case .noOriginal: "the image's file is gone, so the difference cannot be measured; give its path to do so"
        case .undecoded: "the pixels of one of the two files cannot be read, so the difference cannot be measured"
        }
    }
}

extension Outcome.Nearness {
    typealias Picture = (size: PixelReader.Size, bytes: [UInt8])

    fileprivate init(of made: Picture?, to original: Picture?) {
        guard let made, let original else {
            self = .undecoded
            return
        }
        guard made.size.width == original.size.width, made.size.height == original.size.height else {
            self = .otherSize(original: original.size, made: made.size)
            return
        }
        self =
            PixelComparison(
                original.bytes, made.bytes, width: made.size.width, height: made.size.height, channels: 4
            ).map { .measured($0) } ?? .undecoded
    }
}
