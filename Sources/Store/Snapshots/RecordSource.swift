package import Recipe

/// A source of a tool's records besides the files: the tool's database or server.
package protocol RecordSource: Sendable {
    /// The tool's records of the image of this name; they are read if the image itself says nothing.
    func records(of imageName: String) throws(StoreError) -> [RecipeReader.Sidecar]

    /// The recipe, completed with what the tool knows of its models now. That is a claim, not a record of what was used.
    func complete(_ recipe: Recipe) -> Recipe
}

extension Recipe.ModelUse {
    /// Takes over a hash that another source gives for the name, unless the record has its own.
    package mutating func claim(_ hash: RecordedHash?) {
        guard var hash, reference.recorded.isEmpty else { return }
        hash.isClaim = true
        reference.recorded = [hash]
    }
}
