package import Recipe

/// The name under which a view shows a blob, as a prompt would write it.
package struct LoadName: Sendable {
    /// The view: `models`, `by-snapshot`, `by-name` or `by-hash`.
    package let view: String
    /// The folder of the models directory; empty if the view has no folders.
    package let folder: String
    /// The path in the folder.
    package let name: String

    package init(view: String, folder: String, name: String) {
        self.view = view
        self.folder = folder
        self.name = name
    }

    /// A model under its name in one of the views.
    package init(view: String, _ name: ModelName) {
        self.init(view: view, folder: name.folder.text, name: name.path.description)
    }

    /// The folder and the name as one path.
    package var path: ViewPath { ViewPath(parsing: "\(folder)/\(name)") ?? ViewPath([]) }
}

/// One open of a blob by a process, as the mount saw it.
package struct Load: Sendable {
    /// The process that opened it.
    package let opener: Opener
    /// The name and the view under which it was opened.
    package let name: LoadName
    /// The bytes that were opened.
    package let blob: Blob
    /// The version's row; nil if the bytes were opened by their hash.
    package let version: Int?
    /// When it was opened.
    package let time: Timestamp

    package init(opener: Opener, name: LoadName, blob: Blob, version: Int?, time: Timestamp) {
        self.opener = opener
        self.name = name
        self.blob = blob
        self.version = version
        self.time = time
    }
}

/// Consecutive opens of the same bytes under the same name by one process, which the catalogue keeps as one row.
package struct LoadListing: Sendable {
    /// Its row.
    package let id: Int64
    /// The process that opened it.
    package let opener: Opener
    /// The name and the view under which it was opened.
    package let name: LoadName
    /// The hash of the bytes that were opened.
    package let sha256: Digest
    /// The number of the version; nil if the bytes were opened by their hash.
    package let version: Int?
    /// When the first and the last of these opens were.
    package let first, last: Timestamp
    /// How many opens there were.
    package let opens: Int
}
