extension Reason {
    /// What would raise the grade, in one sentence; nil where nothing can.
    package var remedy: String? {
        switch code {
        case .metadataAbsent: "a text of the same name beside the image, with its parameters, is read too"
        case .metadataDamaged: "snapshot an undamaged copy of the file"
        case .canvasOnly, .flatParameters, .unresolved, .textGenerated:
            "only a record of the graph that ran says more; ComfyUI writes it into its images"
        case .seedUnknown: "nothing, unless the seed is known from elsewhere"
        case .deviceNoise, .gpuNoise: "make it again on the same kind of graphics card, and compare the pixels"
        case .samplerNondeterministic, .batchIndexUnknown, .batchCoupled: "make it again and compare the pixels"
        case .remoteNode, .toolClosed, .originForged: nil
        case .nodeChanges, .nodeUnrepeatable, .nodeUnread:
            "make it again and compare the pixels: what repeats is known to repeat then"
        case .nodeVersion, .driftKnown, .approximated:
            "make it again with the versions and the device of then, and compare the pixels"
        case .modelInferred, .modelAssumed, .modelChanged, .modelFuzzy, .hashFake, .hashEmpty:
            "an image saved with the hashes of its models, or made from models that the mount serves, proves more"
        case .modelClaimed: "make it again and compare the pixels"
        case .modelTensorEqual, .verified: nil
        case .proofCause: "make it again and compare the pixels: its own proof outweighs what others say"
        case .proofDifferent: "make it again in the environment in which it was made, until that gives the same pixels"
        case .environmentVersion: "run the versions that are recorded, or make it again here and compare the pixels"
        case .environmentDevice: "run it on the device that is recorded, or make it again here and compare the pixels"
        case .environmentThreads: "start ComfyUI with the recorded OMP_NUM_THREADS and MKL_NUM_THREADS"
        case .environmentFlags: "start ComfyUI with the recorded flags"
        case .environmentNodes: "use the pinned node packs: 'reprofs reproduce --launch' does"
        case .modelMissing: "put the file into the store with 'reprofs add'; the snapshot gets better by itself"
        case .modelUnnamed: "nothing, unless the model is known from elsewhere"
        case .modelConverted: "nothing: the converted file is not published"
        case .modelKept: "start ComfyUI anew, make it again and compare the pixels"
        case .modelHidden: "make it from models that the mount serves, which sees what is opened"
        case .modelDamaged: "put the same file into the store again with 'reprofs add'"
        case .nameRefused: nil
        case .inputUnpinned:
            "put a small copy where ComfyUI and the mount may read it, and make the image again from that"
        case .inputInferred, .inputAssumed: "a hash of the input that was taken when the image was made proves more"
        case .inputMissing: "snapshot the image again with '--input' and the directory where the input lies"
        case .inputDamaged: "snapshot the image again with '--input' and the directory where the input lies"
        }
    }
}
