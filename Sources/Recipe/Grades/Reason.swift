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
    /// Identifies the reason for programs.
    package let code: Code
    /// The reason as a sentence about this image.
    package let message: String
    /// The class or sampler that it is about, if it is about only one: what was seen to repeat answers it.
    package let subject: String?

    package init(_ code: Code, _ message: String, of subject: String? = nil) {
        self.subject = subject
        self.code = code
        self.message = message
    }

    package var cap: Grade { code.cap }

    /// Stable names, which recipes contain.
    package enum Code: String, Sendable, CaseIterable {
        case metadataAbsent = "metadata.absent"
        case metadataDamaged = "metadata.damaged"
        case metadataUnread = "metadata.unread"
        case canvasOnly = "params.ui_only"
        case flatParameters = "params.flat"
        case unresolved = "params.unresolved"
        case seedUnknown = "seed.unknown"
        case textGenerated = "text.generated"
        case deviceNoise = "rng.device_noise"
        case gpuNoise = "rng.gpu_default"
        case samplerNondeterministic = "sampler.nondet"
        case batchIndexUnknown = "batch.index_unknown"
        case batchCoupled = "batch.coupled"
        case remoteNode = "node.remote"
        case toolClosed = "tool.closed"
        case originForged = "origin.forged"
        case nodeVersion = "node.version"
        case nodeChanges = "node.changes"
        case nodeUnrepeatable = "node.unrepeatable"
        case nodeUnread = "node.unread"
        case driftKnown = "drift.known"
        case approximated = "perf.approximate"
        case modelInferred = "model.inferred"
        case modelAssumed = "model.name_only"
        case modelClaimed = "model.claim_match"
        case modelTensorEqual = "model.tensor_equal"
        case modelChanged = "model.changed"
        case modelFuzzy = "model.fuzzy"
        case modelUnnamed = "model.unnamed"
        case modelConverted = "model.converted"
        case hashFake = "hash.fake"
        case hashEmpty = "hash.empty"
        case modelHidden = "model.hidden"
        case modelKept = "model.kept"
        case modelMissing = "model.missing"
        case modelDamaged = "model.damaged"
        case modelElsewhere = "model.elsewhere"
        case nameRefused = "name.refused"
        case inputInferred = "input.inferred"
        case inputAssumed = "input.assumed"
        case inputMissing = "input.missing"
        case inputDamaged = "input.damaged"
        case inputUnpinned = "input.unpinned"
        case environmentVersion = "env.version"
        case environmentDevice = "env.device"
        case environmentThreads = "env.threads"
        case environmentFlags = "env.flags"
        case environmentNodes = "env.nodes"
        case verified = "verified.bitexact"
        case proofDifferent = "proof.different"
        case proofCause = "proof.cause"

        /// The best grade with this reason.
        package var cap: Grade {
            switch self {
            case .modelTensorEqual, .modelElsewhere, .verified: .full
            case .metadataAbsent, .seedUnknown, .textGenerated, .remoteNode, .toolClosed, .originForged, .modelMissing,
                .modelUnnamed, .modelDamaged, .nameRefused, .inputMissing, .inputDamaged:
                .partial
            case .metadataDamaged, .metadataUnread, .canvasOnly, .flatParameters, .unresolved, .deviceNoise, .gpuNoise,
                .samplerNondeterministic, .batchIndexUnknown, .batchCoupled, .nodeVersion, .nodeChanges,
                .nodeUnrepeatable, .nodeUnread, .driftKnown, .approximated,
                .modelInferred, .modelAssumed, .modelClaimed, .modelChanged, .modelFuzzy, .modelConverted, .modelHidden,
                .modelKept,
                .hashFake, .hashEmpty, .inputInferred, .inputAssumed, .inputUnpinned, .environmentVersion,
                .environmentDevice,
                .environmentThreads, .environmentFlags, .environmentNodes, .proofDifferent, .proofCause:
                .approximate
            }
        }
    }
}
