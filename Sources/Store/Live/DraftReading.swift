/// Held by a reader who has a draft open. Reads follow the draft: first the blob that it began with, then its own file, which stays
/// readable after the draft has become a blob and is forgotten.
package final class DraftReading: Sendable {
    private let draft: Draft

    /// Nil if the draft has become a blob, which is to be read instead.
    init?(_ draft: Draft) throws(StoreError) {
        self.draft = draft
        // Before the file is looked for: from now on its descriptor stays open.
        draft.beginReading()
        guard try draft.contents() != nil else { return nil }
    }

    deinit { draft.endReading() }

    package func contents() throws(StoreError) -> BlobContents {
        guard let contents = try draft.contents() else { throw .notFound("the bytes of file \(draft.row)") }
        return contents
    }
}
