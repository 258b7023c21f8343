/// The content of `extra_model_paths.yaml`: a directory of models that ComfyUI searches before its own.
package enum ModelPaths {
    /// The text of an `extra_model_paths.yaml` that names these folders below `base`.
    package static func text(_ comments: [String], base: String, folders: [EntryName]) -> String {
        // JSON strings are YAML strings, whatever characters the path contains.
        let quoted = { (text: String) in JSON.string(text).compact() }
        let lines =
            comments.map { "# \($0)" } + ["reprofs:", "  base_path: \(quoted(base))", "  is_default: true"]
            + folders.flatMap { folder in
                let own = "  \(quoted(folder.text)): \(quoted(folder.text))"
                return [own] + Folder.inner(of: folder).map { "  \(quoted($0.name)): \(quoted($0.path))" }
            }
        return lines.joined(separator: "\n") + "\n"
    }
}
