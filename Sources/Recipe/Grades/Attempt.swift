/// The result of making an image again.
package enum ReproductionVerdict: String, Sendable {
    /// The same pixels, and the pinned bytes were seen being opened.
    case verified
    /// The same pixels, but not every pinned file was seen being opened.
    case unproven
    /// Other pixels.
    case different
    /// Pixels that cannot be compared.
    case incomparable
    /// No pixels: the run ended in an error, or its server went away.
    case failed
}

/// An attempt to make an image again from its pinned bytes, as grades and cards need it.
package struct Attempt: Sendable, Equatable {
    /// The result of comparing the pixels.
    package let verdict: ReproductionVerdict
    /// When the run ended.
    package let time: Timestamp
    /// The SHA-256 of its certificate, which is a blob like any other.
    package let certificate: Digest
    /// The environment of the run, in words; nil if it is not stated.
    package let place: String?
    /// Whether the process was seen to open every pinned model, and nothing else under one of their names.
    package let isFromPinnedBytes: Bool
    /// How far the pixels differ; nil if they are the same, or there was nothing to compare with.
    package let difference: PixelDifference?
    /// Why there are no pixels, in words; nil if there are some.
    package let problem: String?

    package init(
        _ verdict: ReproductionVerdict, at time: Timestamp, certificate: Digest, place: String? = nil,
        isFromPinnedBytes: Bool = true, difference: PixelDifference? = nil, problem: String? = nil
    ) {
        self.verdict = verdict
        self.time = time
        self.certificate = certificate
        self.place = place
        self.isFromPinnedBytes = isFromPinnedBytes
        self.difference = difference
        self.problem = problem
    }

    /// Reads a certificate. If it cannot be read, the run does not count as one from the pinned bytes: nothing is guessed upwards.
    package init(_ verdict: ReproductionVerdict, at time: Timestamp, certificate: Digest, reading json: JSON?) {
        self.init(
            verdict, at: time, certificate: certificate, place: json?["environment"]?["present"].flatMap(Self.place),
            isFromPinnedBytes: json.map(Self.isFromPinnedBytes) ?? true,
            difference: json?["result"]?["difference"].flatMap(PixelDifference.init),
            problem: json?["problem"]?.string)
    }

    private static func place(_ environment: JSON) -> String? {
        let version = { (name: String, key: JSON?) in key?.string.map { "\(name) \($0)" } }
        let facts = [
            environment["device"]?["name"]?.string, version("ComfyUI", environment["comfyui"]?["version"]),
            version("Python", environment["python"]), version("torch", environment["torch"]),
        ].compactMap { $0 }
        return facts.isEmpty ? nil : facts.joined(separator: ", ")
    }

    private static func isFromPinnedBytes(_ certificate: JSON) -> Bool {
        guard certificate["process"]?.object != nil else { return false }
        let key = { (file: JSON) in ViewPath(parsing: "\(file["folder"]?.string ?? "")/\(file["name"]?.string ?? "")") }
        let opened = certificate["opened"]?.array ?? []
        return (certificate["pinned"]?.array ?? []).allSatisfy { pinned in
            let same = opened.filter { key($0) == key(pinned) }
            return !same.isEmpty && same.allSatisfy { $0["sha256"] == pinned["sha256"] }
        }
    }

    /// When and where, in words.
    package var occasion: String { "on \(time.brief) UTC" + (place.map { " on \($0)" } ?? "") }

    /// The result, in words.
    package var outcome: String {
        switch verdict {
        case .verified: "the same pixels"
        case .unproven: "the same pixels, not proven to be from these bytes"
        case .different:
            "other pixels" + (difference.map { ": \($0.description)" } ?? "")
                + (isFromPinnedBytes ? "" : "; not proven to be from these bytes")
        case .incomparable: "pixels that cannot be compared"
        case .failed: "no picture" + (problem.map { ": \($0)" } ?? "")
        }
    }

    /// An element of a recipe's `attempts`.
    package var json: JSON {
        [
            "verdict": .string(verdict.rawValue), "time": .string(time.description),
            "where": .string(orNull: place), "fromPinnedBytes": .bool(isFromPinnedBytes),
            "difference": difference.map {
                [
                    "largest": .integer($0.largest), "changedPixels": .integer($0.changed),
                    "pixels": .integer($0.pixels), "invisible": .bool($0.isInvisible),
                ]
            } ?? .null,
            "problem": .string(orNull: problem), "sha256": .string(certificate.hex),
        ]
    }
}

/// What all attempts say together.
package enum Proof: Sendable, Equatable {
    case none
    case verified(Attempt)
    case different(Attempt)

    /// `attempts` are ordered by time; only those count in which the process was seen to open the pinned bytes. Other pixels outweigh
    /// earlier verifications; only a later run with the same pixels, in a stated environment, outweighs them.
    package init(_ attempts: [Attempt]) {
        self = attempts.reduce(.none) { proof, attempt in
            switch (proof, attempt.verdict) {
            case (_, .different) where attempt.isFromPinnedBytes: .different(attempt)
            case (.different, .verified): attempt.place == nil ? proof : .verified(attempt)
            case (_, .verified): .verified(attempt)
            default: proof
            }
        }
    }
}
