import Recipe

extension Optional<PickleImports> {
    /// The text of the column: `null` for a file that is not a pickle.
    var column: String {
        guard let self else { return JSON.null.compact() }
        let json: JSON = [
            "names": .array(self.names.map { .string($0) }), "complete": .bool(self.isComplete),
            "script": .bool(self.hasScript),
        ]
        return json.compact()
    }
}

extension PickleImports {
    /// Nil if it is not a pickle, or has not been scanned yet.
    init?(column: String?) {
        guard let column, let json = try? JSONParser.parse(Array(column.utf8)), let names = json["names"]?.array else {
            return nil
        }
        self.init(
            names: names.compactMap(\.string), isComplete: json["complete"] == true, hasScript: json["script"] == true)
    }
}
