package import Recipe
package import SystemPackage

/// What a store knows of node classes beyond the program's own table. Its directory `classes` holds files that users put there, in the form
/// of `/object_info` or of `scripts/classes`, and one file that reported runs fill.
package enum KnownClasses {
    private static let learned = "learned.json"
    /// The longest file that is read. Bytes.
    private static let limit = 32 << 20
    /// The largest number of classes that are learned from runs.
    private static let classes = 10_000

    /// The table, extended by the files. If two files know a class, the one that comes later in the alphabet counts; what was learned from
    /// runs counts least. A file that cannot be used is skipped: a recipe can be read without it.
    package static func table(ofStore store: FilePath) -> ClassTable {
        let directory = store.appending("classes")
        let names = ((try? DirectoryListing.entries(in: directory)) ?? []).map { String(decoding: $0, as: UTF8.self) }
        let others = names.filter { $0 != learned && !$0.hasPrefix(".") }.sorted()
        var table = ClassTable.builtIn
        for name in (names.contains(learned) ? [learned] : []) + others {
            table = read(directory.appending(name)).flatMap { table.extended(by: $0) } ?? table
        }
        return table
    }

    /// Keeps what a run reported of classes that ComfyUI itself does not have, for images that were not reported.
    static func learn(_ info: JSON, store: FilePath) throws(StoreError) {
        let packs = (info.object?.members ?? []).filter {
            $0.value["python_module"]?.string?.hasPrefix("custom_nodes.") == true && $0.value["output"]?.array != nil
        }
        guard !packs.isEmpty else { return }
        let directory = store.appending("classes")
        let path = directory.appending(learned)
        var known = read(path).flatMap { try? JSONParser.parse($0) }?.object ?? .init()
        let news = packs.filter { known[$0.key] != $0.value }
        guard !news.isEmpty, known.members.count + news.count <= classes else { return }
        for (name, told) in news { known[name] = told }
        if try FileFacts.at(directory) == nil { try Kernel.makeDirectory(directory, permissions: 0o700) }
        // If two processes learn at once, one lesson is lost; the next run brings it again.
        let next = directory.appending(".\(learned)")
        let file = try Kernel.open(
            next, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        try file.writeAll(Array(JSON.object(known).compact().utf8), next)
        try Kernel.sync(file, next)
        try Kernel.rename(next, to: path)
    }

    private static func read(_ path: FilePath) -> [UInt8]? {
        guard let file = try? OpenFile(named: path), let facts = try? file.facts(), facts.size <= limit else {
            return nil
        }
        return try? file.descriptor.readAll(path)
    }
}
