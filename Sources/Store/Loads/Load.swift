package import Recipe

/// The name under which a view shows a blob: what a prompt would call it.
package struct LoadName: Sendable {
    /// The view: `models`, `by-snapshot`, `by-name` or `by-hash`.
    package let view: String
    /// The folder of the models directory; empty where a view has none.
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

/// The mount saw a process open a blob under a name.
package struct Load: Sendable {
    /// The process that opened it.
    package let opener: Opener
    /// The name and the view under which it was opened.
    package let name: LoadName
    /// The bytes that were found.
    package let blob: Blob
    /// The version's row; nil where the bytes were found without a name.
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

/// Opens in a row of the same bytes under the same name by one process, as the catalogue keeps them.
package struct LoadListing: Sendable {
    /// Its row.
    package let id: Int64
    /// The process that opened it.
    package let opener: Opener
    /// The name and the view under which it was opened.
    package let name: LoadName
    /// Of the bytes that were found.
    package let sha256: Digest
    /// The number of the version; nil where the bytes were found without a name.
    package let version: Int?
    /// Of the opens in a row that found the same.
    package let first, last: Timestamp
    /// How many opens in a row found the same.
    package let opens: Int
}
