import Recipe
import Store
import SystemPackage

/// The snapshot that a text names.
struct FoundImage {
    /// Its row.
    let snapshot: Int64
    /// The name under which it is shown.
    let name: String
    /// The file that was named, if it was one.
    var file: FilePath?
}

extension Naming {
    /// The snapshot that a text names. A file at that path is found by its bytes; if they are unknown, by its exact pixels, unless it has
    /// another record. Where no such file is, the text is an image's path in `list images`, a snapshot's id or pin, an image's SHA-256, or
    /// the name of a single image.
    func image(_ text: String) throws -> FoundImage {
        if let file = try file(text) { return try image(in: file, given: text) }
        let meant = try images(meantBy: text)
        guard let first = meant.first else {
            throw NamingFailure(
                problem: .unknown, argument: text,
                message:
                    "\(Self.quoted(text)) is not a file, a path that '\(ShellCommand.reprofs("list images"))' prints, an id or a pin of a snapshot, "
                    + "and no image's SHA-256 or name.",
                candidates: try images(near: text))
        }
        guard Set(meant.map(\.snapshot)).count == 1 else {
            throw NamingFailure(
                problem: .ambiguous, argument: text,
                message: "\(Self.quoted(text)) stands for several; say which by its id or its path:",
                candidates: meant.map(\.candidate))
        }
        return FoundImage(snapshot: first.snapshot, name: first.name)
    }

    /// The SHA-256 of an image that could not be found: that of the file that was named, or the text itself; nil if it has none.
    func unknownImage(_ failure: NamingFailure) throws -> Digest? {
        switch failure.problem {
        case .ambiguous: nil
        case .notKept: try imageFile(failure.argument)
        case .unknown: Digest(hex: failure.argument)
        }
    }

    /// The SHA-256 of the file at a path; nil if there is none.
    func imageFile(_ text: String) throws -> Digest? {
        try file(text).flatMap { path in try store.digest(ofFile: path) }
    }

    private func image(in file: FilePath, given text: String) throws -> FoundImage {
        let name = file.lastComponent?.string ?? text
        if let digest = try store.digest(ofFile: file), let found = try store.snapshot(ofImage: digest) {
            return FoundImage(snapshot: found.id, name: name, file: file)
        }
        // A file that is not an image, or damaged, has no pixels to be found by.
        let pixels = (try? store.pixels(ofFile: file)) ?? nil
        let twins = try pixels.map { try store.images(ofPixels: $0) } ?? []
        // A file that says itself what it was made from is not another image of the same pixels.
        let same = twins.isEmpty ? [] : try store.images(twins, withRecordOf: file)
        guard let first = same.first else {
            let twin = twins.first.map {
                " \($0.path), snapshot \($0.snapshotID.hex.prefix(12)), has the same pixels, but another record."
            }
            throw NamingFailure(
                problem: .notKept, argument: text,
                message:
                    "\(text) has no snapshot yet.\(twin ?? "") Make one: \(ShellCommand.reprofs("snapshot", text))")
        }
        guard Set(same.map(\.snapshot)).count == 1 else {
            throw NamingFailure(
                problem: .ambiguous, argument: text,
                message: "\(Self.quoted(text)) shows the pixels of several images; say which by its id or its path:",
                candidates: same.map { Meaning($0).candidate })
        }
        return FoundImage(snapshot: first.snapshot, name: first.name.text, file: file)
    }

    /// One interpretation of a text.
    private struct Meaning {
        let snapshot: Int64
        let name: String
        let candidate: NamingFailure.Candidate

        init(_ image: NamedImage) {
            snapshot = image.snapshot
            name = image.name.text
            candidate = .init(image)
        }

        init(_ row: SnapshotRow, note: String = "") {
            snapshot = row.id
            name = row.imageName
            candidate = .init(id: row.digest, name: row.imageName, time: row.recorded, note: note)
        }
    }

    /// The fewest digits of a file's SHA-256 that name an image, as many as a snapshot's id is shown with.
    private static let imageDigits = 12

    private func images(meantBy text: String) throws -> [Meaning] {
        var found: [Meaning] = []
        if text.utf8.count >= 8, let prefix = DigestPrefix(hex: text) {
            found += try store.snapshots(beginningWith: prefix, limit: 1000).map { Meaning($0) }
            if prefix.digits >= Self.imageDigits { found += try store.images(ofBytes: prefix).map { Meaning($0) } }
        }
        if let pin = try store.pin(named: text), let row = try store.snapshot(named: pin.snapshot) {
            found.append(Meaning(row, note: ", by its pin"))
        }
        if let path = ViewPath(parsing: text), path.description.utf8.elementsEqual(text.utf8) {
            found += try store.image(listed: path).map { [Meaning($0)] } ?? []
        }
        if let name = try? EntryName(text) { found += try store.images(named: name).map { Meaning($0) } }
        return found
    }

    /// Images with the same file name in any folder, and with similar names.
    func images(near text: String) throws -> [NamingFailure.Candidate] {
        let last = text.slashed.last ?? text
        var names: [EntryName] = []
        if let name = try? EntryName(last) { names.append(name) }
        var nearest = Nearest<EntryName>(to: last)
        try store.forEachImageName { nearest.offer($0.text, $0) }
        for name in nearest.things where !names.contains(name) { names.append(name) }
        var found: [NamingFailure.Candidate] = []
        for name in names { found += try store.images(named: name).prefix(NamingFailure.shown).map { .init($0) } }
        // The beginning of an id, too short to be accepted as one.
        if (4..<8).contains(text.utf8.count), let prefix = DigestPrefix(hex: text) {
            found += try store.snapshots(beginningWith: prefix, limit: 3).map {
                .init(id: $0.digest, name: $0.imageName, time: $0.recorded)
            }
        }
        return Array((found + (try pins(near: text))).prefix(NamingFailure.shown))
    }
}

extension NamingFailure.Candidate {
    init(_ image: NamedImage) { self.init(id: image.snapshotID, name: image.path, time: image.time) }
}
