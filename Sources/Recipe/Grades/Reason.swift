/// How far an image can be reproduced; the order is that of trust.
package enum Grade: String, Sendable, Comparable {
    case partial, approximate, full

    package static func < (a: Grade, b: Grade) -> Bool { a.rank < b.rank }
    private var rank: Int {
        switch self {
        case .partial: 0
        case .approximate: 1
        case .full: 2
        }
    }
}

/// One reason for a grade: a code for programs, a sentence for people, and the best grade that it allows.
package struct Reason: Sendable, Hashable {
    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var cap: Grade { code.cap }

    /// Stable names; they stand in recipes.
    package enum Code: String, Sendable, CaseIterable {
        case metadataAbsent = "metadata.absent"
        case metadataDamaged = "metadata.damaged"
        case canvasOnly = "params.ui_only"
        case flatParameters = "params.flat"
        case unresolved = "params.unresolved"
        case seedUnknown = "seed.unknown"
        case deviceNoise = "rng.device_noise"
        case gpuNoise = "rng.gpu_default"
        case samplerNondeterministic = "sampler.nondet"
        case batchIndexUnknown = "batch.index_unknown"
        case remoteNode = "node.remote"
        case nodeVersion = "node.version"
        case approximated = "perf.approximate"
        case modelInferred = "model.inferred"
        case modelAssumed = "model.name_only"
        case modelClaimed = "model.claim_match"
        case hashFake = "hash.fake"
        case modelHidden = "model.hidden"
        case modelMissing = "model.missing"
        case modelDamaged = "model.damaged"
        case nameRefused = "name.refused"
        case inputInferred = "input.inferred"
        case inputAssumed = "input.assumed"
        case inputMissing = "input.missing"
        case inputDamaged = "input.damaged"

        /// The best grade with this reason.
        package var cap: Grade {
            switch self {
            case .metadataAbsent, .seedUnknown, .remoteNode, .modelMissing, .modelDamaged, .nameRefused,
                .inputMissing,
                .inputDamaged:
                .partial
            case .metadataDamaged, .canvasOnly, .flatParameters, .gpuNoise, .modelClaimed, .hashFake, .unresolved,
                .deviceNoise, .samplerNondeterministic, .batchIndexUnknown,
                .nodeVersion, .approximated, .modelInferred, .modelAssumed, .modelHidden, .inputInferred, .inputAssumed:
                .approximate
            }
        }
    }
}
