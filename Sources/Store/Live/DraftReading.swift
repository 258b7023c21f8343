/// Held by whoever has a draft open for reading. What he reads follows the draft: the blob that it began with, then its own file,
/// which stays readable when that became a blob and the draft is forgotten.
package final class DraftReading: Sendable {
    private let draft: Draft

    /// Nil where the draft is a blob by now, which is to be read instead.
    init?(_ draft: Draft) throws(StoreError) {
        self.draft = draft
        // Before the file is looked for: from now on nobody lets it go.
        draft.beginReading()
        guard try draft.contents() != nil else { return nil }
    }

    deinit { draft.endReading() }

    package func contents() throws(StoreError) -> BlobContents {
        guard let contents = try draft.contents() else { throw .notFound("the bytes of file \(draft.row)") }
        return contents
    }
}
