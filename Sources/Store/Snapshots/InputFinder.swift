import Recipe
import SystemPackage

/// Finds the files of ComfyUI's `input` and `output` directories that a graph read, if they are still there.
struct InputFinder {
    /// Directories that the user named, searched first.
    let named: [FilePath]
    /// The image that was made from them.
    let image: FilePath

    /// The regular file that a reference stands for now; nil if there is none. Links in a directory are not followed: whoever can write
    /// there could point one at any file.
    func find(_ reference: InputReference) -> OpenFile? {
        guard let path = reference.path else { return nil }
        for directory in named + beside(reference.directory) {
            if let file = try? OpenDirectory(named: directory).file(path.components) { return file }
        }
        return nil
    }

    /// The image's own directory, and ComfyUI's directory of that name if the image is in its `output`.
    private func beside(_ directory: String) -> [FilePath] {
        var places = [image.removingLastComponent()]
        var above = image.removingLastComponent()
        while let name = above.lastComponent {
            if name.string == "output" { places.append(above.removingLastComponent().appending(directory)) }
            above = above.removingLastComponent()
        }
        return places
    }
}
