package import Recipe
import SystemPackage

/// Two versions of one model, compared by their weights.
package struct WeightDifference: Sendable {
    /// Folder and path, as the first image has it.
    package let name: String
    package let difference: TensorDifference
}

extension Store {
    /// The models of two images that differ in bytes in the same place of the graph, and that the store has, compared tensor by tensor.
    /// Files that are not safetensors, or whose header is longer than this, are left out.
    ///
    /// Whole files are read. `mayGoOn` is asked again and again; once it says no, what was not compared is counted.
    package func weightDifferences(
        _ a: RecipeDocument, _ b: RecipeDocument, headers limit: Int = Safetensors.headerLimit,
        mayGoOn: () -> Bool = { true }
    ) throws(StoreError) -> [WeightDifference] {
        var found: [WeightDifference] = []
        for (old, new) in a.replacedModels(in: b) {
            guard let x = try? source(old.sha256), let y = try? source(new.sha256) else { continue }
            let difference: TensorDifference?
            do { difference = try TensorDifference.between(x, y, headers: limit, mayGoOn: mayGoOn) } catch {
                throw .system("cannot read the weights (\(error))", files.path(of: old.sha256), .ioError)
            }
            if let difference {
                found.append(WeightDifference(name: "\(old.folder)/\(old.path)", difference: difference))
            }
        }
        return found
    }

    private func source(_ digest: Digest) throws(StoreError) -> FileSource? {
        guard let blob = try blob(digest), case .file(let file) = try contents(of: blob) else { return nil }
        return FileSource(file, count: blob.size)
    }
}

extension RecipeDocument {
    /// The models that both images name in the same place of the graph and whose bytes differ: what each image had.
    package func replacedModels(in other: RecipeDocument) -> [(old: Recipe.Resolution, new: Recipe.Resolution)] {
        let key = { (use: Recipe.ModelUse) in [use.reference.node, use.reference.input] }
        let theirs = Dictionary(other.snapshot.recipe.models.map { (key($0), $0) }) { first, _ in first }
        return snapshot.recipe.models.compactMap { use in
            guard let old = use.resolution, let new = theirs[key(use)]?.resolution, old.sha256 != new.sha256 else {
                return nil
            }
            return (old, new)
        }
    }
}
