extension Recipe.ModelUse {
    /// How the bytes are known, in words.
    package var evidenceInWords: String {
        switch evidence {
        case .observed: "these bytes were seen being opened"
        case .recorded:
            "found by the hash that the image holds" + (match?.isClaim == true ? ", which may be stale" : "")
        case .inferred: "the version that was in place when the image was made"
        case .assumed: "only the name fits; the bytes may have been others"
        case .missing: isChanged ? "not in the store: under the name are other bytes" : "not in the store"
        }
    }
}

extension Recipe.InputUse {
    /// How the bytes are known, in words.
    package var evidenceInWords: String {
        switch evidence {
        case .observed: "these bytes were seen being opened"
        case .recorded: "found by the hash that the image holds"
        case .inferred: "unchanged since the image was made"
        case .assumed: "only the name fits; the bytes may have been others"
        case .missing: "not found"
        }
    }
}
