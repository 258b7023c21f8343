import Recipe

/// What publishing came to.
package struct Publication: Sendable {
    /// The names that got versions.
    package var versions: [(name: ModelName, addition: Addition, blob: Blob)] = []
    /// Who opened them before they were blobs.
    package var loads: [Load] = []
    /// Drafts that could not be published; they are tried again.
    package var failures: [StoreError] = []
    /// What could not be written in full and left its name to what that held before, in words.
    package var setAside: [String] = []

    var isEmpty: Bool { versions.isEmpty && loads.isEmpty && failures.isEmpty && setAside.isEmpty }

    mutating func append(_ other: Publication) {
        versions += other.versions
        loads += other.loads
        failures += other.failures
        setAside += other.setAside
    }
}

// Any number of threads may publish the same drafts at once, so that nobody waits for another: whoever comes second to a step
// finds it done. A draft is sealed from before its file gets a blob's name until its row names the blob, so nobody writes into it.
