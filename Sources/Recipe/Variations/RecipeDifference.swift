/// What changed between two recipes, for people and as JSON.
package struct RecipeDifference: Sendable {
    /// One thing that differs.
    package struct Item: Sendable, Equatable {
        /// `parameters`, `graph`, `models`, `inputs` or `environment`.
        package let part: String
        /// What has changed.
        package let what: String
        /// Null if the first recipe does not have it.
        package let old: JSON
        /// Null if the second recipe does not have it.
        package let new: JSON
    }

    /// In the order of the parts; empty if nothing that is recorded differs.
    package private(set) var items: [Item] = []

    /// Compares two recipes, part by part.
    package init(_ a: RecipeDocument, _ b: RecipeDocument) {
        passes(a.snapshot.recipe.passes, b.snapshot.recipe.passes)
        graph(a.prompt, b.prompt)
        models(a.snapshot.recipe.models, b.snapshot.recipe.models)
        inputs(a.snapshot.recipe.inputs, b.snapshot.recipe.inputs)
        environment(a.environment, b.environment)
    }

    private mutating func add(_ part: String, _ what: String, _ old: JSON?, _ new: JSON?) {
        let (old, new) = (old ?? .null, new ?? .null)
        if old != new { items.append(Item(part: part, what: what, old: old, new: new)) }
    }

    private mutating func passes(_ a: [Recipe.Pass], _ b: [Recipe.Pass]) {
        if a.count != b.count { add("parameters", "sampling passes", .integer(a.count), .integer(b.count)) }
        for (index, (old, new)) in zip(a, b).enumerated() {
            for (key, value) in old.json.object?.members ?? [] where key != "node" {
                add("parameters", a.count > 1 ? "\(key), pass \(a.count - index)" : key, value, new.json[key])
            }
        }
    }

    private mutating func graph(_ a: [UInt8]?, _ b: [UInt8]?) {
        let parse = { (bytes: [UInt8]?) in bytes.flatMap { try? JSONParser.parse($0) }?.object }
        guard let a = parse(a), let b = parse(b) else { return }
        let (old, new) = (Self.index(a), Self.index(b))
        for (id, node) in a.members {
            guard let other = new[id] else {
                add("graph", "node \(id)", node["class_type"], nil)
                continue
            }
            add("graph", "class of node \(id)", node["class_type"], other["class_type"])
            let kind = node["class_type"]?.string ?? "?"
            let (mine, theirs) = (node["inputs"]?.object ?? .init(), other["inputs"]?.object ?? .init())
            let (known, others) = (Self.index(mine), Self.index(theirs))
            for (input, value) in mine.members { add("graph", "\(id).\(input) (\(kind))", value, others[input]) }
            for (input, value) in theirs.members where known[input] == nil {
                add("graph", "\(id).\(input) (\(kind))", nil, value)
            }
        }
        for (id, node) in b.members where old[id] == nil { add("graph", "node \(id)", nil, node["class_type"]) }
    }

    /// A graph can have very many nodes, and an object finds a member by looking at each.
    private static func index(_ object: JSON.Object) -> [String: JSON] {
        Dictionary(object.members.map { ($0.key, $0.value) }) { $1 }
    }

    private static func index<Use>(_ uses: [Use], by key: (Use) -> String) -> [String: Use] {
        Dictionary(uses.map { (key($0), $0) }) { first, _ in first }
    }

    private mutating func models(_ a: [Recipe.ModelUse], _ b: [Recipe.ModelUse]) {
        let key = { (use: Recipe.ModelUse) in
            use.reference.isUnnamed
                ? "\(use.reference.node), unnamed: \(use.reference.folder ?? "")/\(use.reference.name)"
                : "\(use.reference.node).\(use.reference.input)"
        }
        let show = { (use: Recipe.ModelUse) -> JSON in
            [
                "folder": .string(orNull: use.resolution?.folder.text ?? use.reference.folder),
                "name": .string(use.resolution?.path.description ?? use.reference.name),
                "version": .integer(orNull: use.resolution?.version),
                "sha256": .string(orNull: use.resolution?.sha256.hex),
                "strength": .number(orNull: use.reference.strength),
            ]
        }
        let (old, new) = (Self.index(a, by: key), Self.index(b, by: key))
        for use in a { add("models", "model of \(key(use))", show(use), new[key(use)].map(show)) }
        for use in b where old[key(use)] == nil {
            add("models", "model of \(key(use))", nil, show(use))
        }
    }

    private mutating func inputs(_ a: [Recipe.InputUse], _ b: [Recipe.InputUse]) {
        let show = { (use: Recipe.InputUse) -> JSON in
            ["name": .string(use.reference.name), "sha256": .string(orNull: use.resolution?.sha256.hex)]
        }
        let (old, new) = (Self.index(a) { $0.reference.node }, Self.index(b) { $0.reference.node })
        for use in a {
            add("inputs", "input of node \(use.reference.node)", show(use), new[use.reference.node].map(show))
        }
        for use in b where old[use.reference.node] == nil {
            add("inputs", "input of node \(use.reference.node)", nil, show(use))
        }
    }

    private mutating func environment(_ a: JSON?, _ b: JSON?) {
        guard let a, let b else {
            if a != nil || b != nil { add("environment", "recorded", .bool(a != nil), .bool(b != nil)) }
            return
        }
        compare(a, b, at: "")
    }

    /// Member by member; lists of packages and node packs by name.
    private mutating func compare(_ a: JSON?, _ b: JSON?, at path: String) {
        if path == "objectInfo" { return }
        switch (a, b) {
        case (.object(let old), .object(let new)):
            let (known, others) = (Self.index(old), Self.index(new))
            for (key, value) in old.members { compare(value, others[key], at: path.isEmpty ? key : "\(path).\(key)") }
            for (key, value) in new.members where known[key] == nil {
                compare(nil, value, at: path.isEmpty ? key : "\(path).\(key)")
            }
        case (.array(let old), .array(let new)) where path == "packages":
            named(old, new) { $0.string.map { String($0.prefix { $0 != "=" }) } }.forEach {
                add("environment", "package \($0)", $1, $2)
            }
        case (.array(let old), .array(let new)) where path == "nodePacks":
            let brief = { (pack: JSON?) -> JSON? in
                pack.map { pack in
                    let files = pack["files"].map { SHA256.digest(of: Array($0.canonical().utf8)).autoV2 }
                    return ["commit": pack["commit"] ?? .null, "files": .string(orNull: files)]
                }
            }
            named(old, new) { $0["name"]?.string }.forEach {
                add("environment", "node pack \($0)", brief($1), brief($2))
            }
        default: add("environment", path, a, b)
        }
    }

    private func named(_ a: [JSON], _ b: [JSON], _ name: (JSON) -> String?) -> [(String, JSON?, JSON?)] {
        let old = Dictionary(a.compactMap { item in name(item).map { ($0, item) } }) { first, _ in first }
        let new = Dictionary(b.compactMap { item in name(item).map { ($0, item) } }) { first, _ in first }
        return Set(old.keys).union(new.keys).sorted().map { ($0, old[$0], new[$0]) }
    }

    /// A value of ``items`` for people: of a model its name, its version and the beginning of its SHA-256; of long texts so many
    /// characters.
    package static func text(of value: JSON, limit: Int = 200) -> String {
        switch value {
        case .null: return "none"
        case .string(let text): return cut(text, limit)
        case .object(let object):
            let name = object["name"]?.string
            let version = object["version"]?.number.map { " v\($0.literal)" } ?? ""
            let digest = object["sha256"]?.string.map { " (\($0.prefix(10)))" } ?? ""
            return cut(name.map { $0 + version + digest } ?? value.compact(), limit)
        default: return cut(value.compact(), limit)
        }
    }

    private static func cut(_ text: String, _ limit: Int) -> String {
        let beginning = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
        return beginning.utf8.count < text.utf8.count ? beginning + "…" : text
    }

    /// The member `differences` of `reprofs diff --json`.
    package var json: JSON {
        .array(items.map { ["part": .string($0.part), "what": .string($0.what), "old": $0.old, "new": $0.new] })
    }
}
