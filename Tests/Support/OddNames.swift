package import Recipe

/// Paths of models whose names look like something else, or like each other.
package enum OddNames {
    private static let files: [EntryName] = [
        "\u{301}first.pt", "\u{FE0F}first.pt", "\u{200D}first.pt", "last\u{301}.pt", "caf\u{E9}.pt", "cafe\u{301}.pt",
        " blank.pt", "blank .pt", "x:y.pt", "-rf.pt", "a\nb.pt", "a\tb.pt", "😀\u{200D}😀.pt", "latest.pt", "v1.pt",
        "m@0123abcd.pt", "m@v2.pt", "100%_.pt", "\u{212A}.pt", "K.pt", "2001-01-01T00:00:00Z.pt", "x.json.pt",
        "'\"$(x).pt",
    ]

    private static let long = EntryName(stringLiteral: String(repeating: "é", count: 126) + ".pt")
    private static let deep = Array(repeating: EntryName(stringLiteral: String(repeating: "d", count: 250)), count: 5)

    package static let models: [ViewPath] =
        files.map { ViewPath(["checkpoints", $0]) }
        + [
            "checkpoints/x:/m.pt", "x:/m.pt", "loras/latest/v1/m.pt", "loras/\u{301}a/\u{FE0F}b/\u{200D}c.pt",
            "\u{200D}folder/m.pt", "loras/caf\u{E9}/m.pt", "loras/cafe\u{301}/m.pt", "loras/blank /m.pt",
            ViewPath(["checkpoints", long]), ViewPath(["loras"] + deep + ["m.pt"]),
        ]
}
