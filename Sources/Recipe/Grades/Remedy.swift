/// What would raise a grade: words, and the command that does it, if there is one.
package struct Remedy: Sendable, Equatable {
    package let words: String
    package let command: String?

    /// The words, and the command after a colon.
    package var sentence: String { words + (command.map { ": \($0)" } ?? "") }

    /// Splits the sentence of ``Reason/remedy``: a command is at its end, after a colon. Sentences are kept with recipes, which any store
    /// may have; the command is about the store that this process works on.
    package init(_ sentence: String) {
        let mark = ": reprofs "
        guard let place = sentence.places(of: mark).last else {
            words = sentence
            command = nil
            return
        }
        words = String(sentence[..<place.lowerBound])
        command = ShellCommand.reprofs(String(sentence[place.upperBound...]))
    }
}

extension Reason {
    /// What would raise the grade, in one sentence; nil if nothing can.
    package var remedy: String? {
        switch code {
        case .metadataAbsent: "a text of the same name beside the image, with its parameters, is read too"
        case .metadataUnread: nil
        case .metadataDamaged: "take an undamaged copy of the file: reprofs snapshot IMAGE"
        case .canvasOnly, .flatParameters, .unresolved, .textGenerated:
            "only a record of the graph that ran says more; ComfyUI writes it into its images"
        case .seedUnknown: "nothing, unless the seed is known from elsewhere"
        case .deviceNoise, .gpuNoise:
            "make it again on the same kind of graphics card: reprofs reproduce ID --launch COMFYUI"
        case .samplerNondeterministic, .batchIndexUnknown, .batchCoupled:
            "make it again and compare the pixels: reprofs reproduce ID --launch COMFYUI"
        case .remoteNode, .toolClosed, .originForged: nil
        case .nodeChanges, .nodeUnrepeatable, .nodeUnread:
            "make it again, since what repeats will be known to repeat: reprofs reproduce ID --launch COMFYUI"
        case .nodeVersion, .driftKnown, .approximated:
            "make it again with the versions and the device of then: reprofs reproduce ID --launch COMFYUI"
        case .modelInferred, .modelAssumed, .modelChanged, .modelFuzzy, .hashFake, .hashEmpty:
            "images that are made from models in a mount prove more: reprofs mount DIR --models-at COMFYUI/models"
        case .modelClaimed: "make it again and compare the pixels: reprofs reproduce ID --launch COMFYUI"
        case .modelTensorEqual, .verified: nil
        case .proofCause:
            "make it again, since its own proof outweighs what others say: reprofs reproduce ID --launch COMFYUI"
        case .proofDifferent:
            "make it again in the environment in which it was made, until that gives the same pixels: reprofs reproduce ID --launch COMFYUI"
        case .environmentVersion:
            "run the versions that are recorded, or make it again here: reprofs reproduce ID --launch COMFYUI"
        case .environmentDevice:
            "run it on the device that is recorded, or make it again here: reprofs reproduce ID --launch COMFYUI"
        case .environmentThreads:
            "let it be started with the recorded OMP_NUM_THREADS and MKL_NUM_THREADS: reprofs reproduce ID --launch COMFYUI"
        case .environmentFlags: "let it be started with the recorded flags: reprofs reproduce ID --launch COMFYUI"
        case .environmentNodes: "use the pinned node packs: reprofs reproduce ID --launch COMFYUI"
        case .modelMissing:
            "put the file into the store, and the snapshot gets better by itself: reprofs add FILE --folder FOLDER"
        case .modelUnnamed: "nothing, unless the model is known from elsewhere"
        case .modelConverted: "nothing: the converted file is not published"
        case .modelKept: "make it again in a ComfyUI that is started anew: reprofs reproduce ID --launch COMFYUI"
        case .modelHidden:
            "make it from models in a mount, which sees what is opened: reprofs mount DIR --models-at COMFYUI/models"
        case .modelDamaged: "put the same file into the store again: reprofs add FILE --folder FOLDER"
        case .modelElsewhere: "bring them here: reprofs fetch ID"
        case .nameRefused: nil
        case .inputUnpinned:
            "put a small copy where ComfyUI and the mount may read it, and make the image again from that"
        case .inputInferred, .inputAssumed: "a hash of the input that was taken when the image was made proves more"
        case .inputMissing: "name the directory where the input lies: reprofs snapshot IMAGE --input DIR"
        case .inputDamaged: "name the directory where the input lies: reprofs snapshot IMAGE --input DIR"
        }
    }
}
