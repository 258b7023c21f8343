import Recipe

/// How far an image can be reproduced, as the pages show it: by a shape, and by a word. A colour only ever repeats what they say.
enum Mark: String, CaseIterable, Sendable {
    case reproduced, full, approximate, partial

    init(_ grade: Grade, isReproduced: Bool) {
        self =
            switch grade {
            case .full: isReproduced ? .reproduced : .full
            case .approximate: .approximate
            case .partial: .partial
            }
    }

    /// For the legend and whoever rests on the mark.
    var meaning: String {
        switch self {
        case .reproduced: "made again, with the same pixels"
        case .full: "everything is known and kept"
        case .approximate: "kept, but not certain to come out the same"
        case .partial: "something is missing"
        }
    }

    var shape: HTML {
        switch self {
        case .reproduced: Icon.reproduced
        case .full: Icon.full
        case .approximate: Icon.approximate
        case .partial: Icon.partial
        }
    }

    /// The shape with its word.
    var badge: HTML {
        tag("span", .class("mark"), Attribute("data-mark", rawValue)) {
            shape
            tag("span", .class("word")) { rawValue }
        }
    }
}
