import Recipe
import Store
import SystemPackage

enum ImageOrModel {
    case image(FoundImage)
    case model(FoundVersions)
}

/// The versions that a text names: all of one name, or all with one file's bytes.
struct FoundVersions {
    /// Ordered by name and number; at least one.
    let versions: [VersionListing]
    /// Whether the text names one version of its model.
    let isNumbered: Bool
}

extension Naming {
    /// The versions that a text names: those with the bytes of the file at that path; else those of a model by its path in `list models`,
    /// or by an ending that no other path has, with or without `@vN`; or those of a hash.
    func versions(_ text: String) throws -> FoundVersions {
        guard let found = try versions(meantBy: text) else {
            throw NamingFailure(
                problem: .unknown, argument: text,
                message:
                    "\(Self.quoted(text)) is not a file, a model that '\(ShellCommand.reprofs("list models"))' prints, or the hash of one.",
                candidates: try models(near: text))
        }
        return found
    }

    /// The same for one name: fails if several names hold the bytes.
    func model(_ text: String) throws -> FoundVersions {
        let found = try versions(text)
        try requireOne(found.versions.map(\.fullName), text, found.versions, "several models")
        return found
    }

    /// One version of one name.
    func version(_ text: String) throws -> VersionListing {
        let found = try model(text)
        guard found.versions.count == 1, found.isNumbered else {
            let numbers = found.versions.map { "v\($0.number)\($0.isLive ? " (live)" : "")" }.joined(separator: ", ")
            throw NamingFailure(
                problem: .ambiguous, argument: text,
                message:
                    "Say which version of \(found.versions[0].fullName) is meant, as in '\(found.versions[0].fullName)@v1'; "
                    + "it has \(numbers):",
                candidates: found.versions.map(\.candidate))
        }
        return found.versions[0]
    }

    /// What a text names where both images and models are possible.
    func imageOrModel(_ text: String) throws -> ImageOrModel {
        // A file's bytes say which it is.
        let file = try file(text)
        let model = try versions(meantBy: text, isRequired: false)
        if let model, file != nil { return .model(model) }
        do {
            let image = try image(text)
            guard let model else { return .image(image) }
            throw NamingFailure(
                problem: .ambiguous, argument: text,
                message: "\(Self.quoted(text)) stands for an image and for a model; say which by its path:",
                candidates: [.init(id: nil, name: image.name, time: nil)] + model.versions.map(\.candidate))
        } catch let failure as NamingFailure {
            guard failure.problem == .unknown else { throw failure }
            if let model { return .model(model) }
            throw NamingFailure(
                problem: .unknown, argument: text,
                message: "\(Self.quoted(text)) is not a file, and not the name of an image, a snapshot or a model.",
                candidates: failure.candidates + (try models(near: text)))
        }
    }

    private func versions(meantBy text: String, isRequired: Bool = true) throws -> FoundVersions? {
        if let file = try file(text) {
            let same = try store.versions(ofFile: file)
            guard !same.isEmpty else {
                guard isRequired else { return nil }
                throw NamingFailure(
                    problem: .notKept, argument: text,
                    message:
                        "\(text) has bytes that the store holds under no name. Add it: \(ShellCommand.reprofs("add", text))"
                )
            }
            let own = same.filter { file.ends(with: FilePath($0.fullName)) }
            return FoundVersions(versions: own.isEmpty ? same : own, isNumbered: true)
        }
        // A name may end like a version of another name.
        var found = try store.versions(called: text)
        var isNumbered = false
        if found.isEmpty, let (name, number) = ModelName.numbered(text) {
            let all = try store.versions(called: name)
            found = all.filter { $0.number == number }
            isNumbered = true
            if found.isEmpty, !all.isEmpty {
                throw NamingFailure(
                    problem: .unknown, argument: text,
                    message: "\(all[0].fullName) has no version v\(number).", candidates: all.map(\.candidate))
            }
        }
        if !found.isEmpty {
            try requireOne(found.map(\.fullName), text, found, "several models")
            return FoundVersions(versions: found, isNumbered: isNumbered)
        }
        guard text.utf8.count >= 8, let prefix = DigestPrefix(hex: text) else { return nil }
        found = try store.versions(ofBytes: prefix)
        guard !found.isEmpty else { return nil }
        try requireOne(found.map(\.sha256.hex), text, found, "the bytes of several models")
        return FoundVersions(versions: found, isNumbered: true)
    }

    private func requireOne(
        _ keys: [String], _ text: String, _ versions: [VersionListing], _ what: String
    ) throws {
        let first = keys[0]
        guard !keys.allSatisfy({ $0.utf8.elementsEqual(first.utf8) }) else { return }
        throw NamingFailure(
            problem: .ambiguous, argument: text,
            message: "\(Self.quoted(text)) stands for \(what); say which by its path or its hash:",
            candidates: versions.map(\.candidate))
    }

    func models(near text: String) throws -> [NamingFailure.Candidate] {
        let name = ModelName.numbered(text)?.name ?? text
        var whole = Nearest<NamingFailure.Candidate>(to: name)
        var last = Nearest<NamingFailure.Candidate>(to: name.slashed.last ?? name)
        try store.forEachModel { model in
            let candidate = NamingFailure.Candidate(
                id: model.sha256, name: "\(model.folder)/\(model.name)", time: nil)
            whole.offer(candidate.name, candidate)
            last.offer(model.name.slashed.last ?? model.name, candidate)
        }
        return whole.things.isEmpty ? last.things : whole.things
    }
}

extension VersionListing {
    fileprivate var candidate: NamingFailure.Candidate {
        .init(
            id: sha256, name: "\(fullName)@v\(number)", time: recorded,
            note: (isLive ? ", live" : "") + (dropped == nil ? "" : ", collected"))
    }
}
