import ArgumentParser
import Recipe
import Store

/// Options that restrict a listing.
struct ListOptions: ParsableArguments {
    @Argument(help: "Only those with this text in their path; case is ignored.") var text: String?
    @Option(help: "Only those since then: a date, a time as it is printed, or 90d, 12h.") var since: Moment?
    @Option(help: "How many to list at most; the newest ones.") var limit: Int?

    var isAll: Bool { text == nil && since == nil && limit == nil }

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
        if let text { try Paths.requireText(text) }
    }
}

/// Options that restrict a listing of images or snapshots.
struct ImageListOptions: ParsableArguments {
    @Option(help: "Only those of this grade: full, approximate or partial.") var grade: Grade?
    @Option(
        name: [.customLong("model"), .customLong("uses")],
        help: "Only those made with this model: its file, 'folder/name', 'name', 'name@v2' or a hash.",
        completion: Offers.model)
    var model: String?

    var isAll: Bool { grade == nil && model == nil }

    func filter(_ which: ListOptions, _ store: Store) throws -> ImageFilter {
        var filter = ImageFilter()
        filter.text = which.text
        filter.since = which.since?.time
        filter.limit = which.limit
        filter.grade = grade
        filter.models = try model.map { try Naming(store).versions($0).versions }
        return filter
    }
}

extension Grade: ExpressibleByArgument {
    package init?(argument: String) { self.init(rawValue: argument) }
    package static var allValueStrings: [String] { ["full", "approximate", "partial"] }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// A time as people write it: a local date or time, one with its zone as it is printed, RFC 3339, or an ``Age``.
struct Moment: ExpressibleByArgument {
    let time: Timestamp

    init?(argument: String) {
        if let age = Age(argument: argument) {
            time = age.ago
            return
        }
        // In the printed form, the zone follows a blank and has no colon.
        var exact = argument
        if argument.utf8.count == 25, argument.utf8.dropFirst(19).first == UInt8(ascii: " ") {
            exact = "\(argument.prefix(19))\(argument.dropFirst(20).prefix(3)):\(argument.suffix(2))"
        }
        // A date alone is a day in the local time zone; in RFC 3339 it would be one in UTC.
        if argument.utf8.count > 10, let exact = Timestamp(rfc3339: exact) {
            time = exact
            return
        }
        guard let local = Timestamp(local: argument) else { return nil }
        time = local
    }
}
