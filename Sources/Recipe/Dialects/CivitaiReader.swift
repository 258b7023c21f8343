/// What Civitai adds to the infotext: the versions of its resources, without hashes. Source: Civitai's on-site generator;
/// `Civitai resources` and `Civitai metadata`.
enum CivitaiReader {
    /// The resources that the infotext lists, as references without bytes.
    static func add(_ text: Infotext, to record: inout FlatRecord) {
        guard let resources = text["Civitai resources"].flatMap({ try? JSONParser.parse($0) })?.array else { return }
        for resource in resources {
            let kind = resource["type"]?.string ?? "model"
            let version = resource["modelVersionId"]?.numeric?.literal
            let air = resource["air"]?.string
            let name = resource["modelName"]?.string ?? air ?? version.map { "civitai:\($0)" }
            record.civitai(
                AIR.folder(of: kind) ?? "checkpoints", name: name, version: version, air: air,
                strength: resource["weight"]?.numeric)
        }
    }

    static func isMadeThere(_ text: Infotext) -> Bool {
        text["Civitai resources"] != nil || text["Civitai metadata"] != nil
    }
}

extension FlatRecord {
    fileprivate mutating func civitai(
        _ folder: String, name: String?, version: String?, air: String?, strength: JSON.Number?
    ) {
        guard let name else { return }
        let before = recipe.models.count
        model(folder, name, "Civitai resources", strength: strength)
        guard recipe.models.count > before else { return }
        identify(last: air ?? version.map { "urn:air:unknown:\(folder):civitai:0@\($0)" } ?? name)
    }
}
