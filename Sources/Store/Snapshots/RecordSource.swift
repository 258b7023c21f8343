package import Recipe

/// A place beside the files where a tool keeps records of its images or models: its database, its server.
package protocol RecordSource: Sendable {
    /// What the tool recorded of the image of this name; read where the image itself says nothing.
    func records(of imageName: String) throws(StoreError) -> [RecipeReader.Sidecar]

    /// The recipe with what the tool knows of its models now. That is a claim, not a record of what was used.
    func complete(_ recipe: Recipe) -> Recipe
}

extension Recipe.ModelUse {
    /// Takes over a hash that somebody else gives for the name, unless the record has one of its own.
    package mutating func claim(_ hash: RecordedHash?) {
        guard var hash, reference.recorded.isEmpty else { return }
        hash.isClaim = true
        reference.recorded = [hash]
    }
}
