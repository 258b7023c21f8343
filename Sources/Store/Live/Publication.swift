import Recipe

/// What publishing came to.
package struct Publication: Sendable {
    /// The names that got versions, with what they got.
    package var versions: [(name: ModelName, addition: Addition, blob: Blob)] = []
    /// Opens of these files from before they were blobs.
    package var loads: [Load] = []
    /// Drafts that could not be published; they are tried again.
    package var failures: [StoreError] = []
    /// Files that could not be written in full and gave their names back, as sentences.
    package var setAside: [String] = []

    var isEmpty: Bool { versions.isEmpty && loads.isEmpty && failures.isEmpty && setAside.isEmpty }

    mutating func append(_ other: Publication) {
        versions += other.versions
        loads += other.loads
        failures += other.failures
        setAside += other.setAside
    }
}

// Any number of threads may publish the same drafts at once, and none waits for another: the second one to reach a step finds it done. A
// draft is sealed from before its file gets a blob's name until its row refers to the blob, so nobody writes into it.
