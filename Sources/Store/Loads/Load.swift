package import Recipe

/// The name under which a view shows a blob: what a prompt would call it.
package struct LoadName: Sendable {
    /// The view: `models`, `by-snapshot`, `by-name` or `by-hash`.
    package let view: String
    package let folder: String
    /// The path in the folder.
    package let name: String

    package init(view: String, folder: String, name: String) {
        self.view = view
        self.folder = folder
        self.name = name
    }

    package init(view: String, _ name: ModelName) {
        self.init(view: view, folder: name.folder.text, name: name.path.description)
    }

    package var path: ViewPath { ViewPath(parsing: "\(folder)/\(name)") ?? ViewPath([]) }
}

/// The mount saw a process open a blob under a name.
package struct Load: Sendable {
    package let opener: Opener
    package let name: LoadName
    package let blob: Blob
    package let version: Int?
    package let time: Timestamp

    package init(opener: Opener, name: LoadName, blob: Blob, version: Int?, time: Timestamp) {
        self.opener = opener
        self.name = name
        self.blob = blob
        self.version = version
        self.time = time
    }
}

/// Opens in a row of the same bytes under the same name by one process, as the catalogue keeps them.
package struct LoadListing: Sendable {
    package let id: Int64
    package let opener: Opener
    package let name: LoadName
    package let sha256: Digest
    package let version: Int?
    package let first, last: Timestamp
    package let opens: Int
}
