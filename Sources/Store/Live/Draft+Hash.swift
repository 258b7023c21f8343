import Recipe

extension Draft {
    /// Fewer new bytes than this are not hashed before the file is closed.
    private static let step = 8 << 20
    /// How much of one file is hashed before the next file has its turn. Bytes.
    private static let stride = 256 << 20

    struct Hashing {
        var hash = SHA256(keepsPieces: true)
        var count = 0
        var generation = -1
        var hashed: HashedBytes?
    }

    /// Hashes what was written in order since the last call; cheap if that is little.
    func follow() throws(StoreError) {
        _ = try hashing.withLockIfAvailable { hashing throws(StoreError) in try digest(all: false, .max, &hashing) }
    }

    /// The digest of all bytes, and the generation that it is of. Nil if the bytes changed meanwhile, if more than `stride` bytes are
    /// left, if the mount is to end, and, unless it `waits`, if another thread is hashing them. The next call continues where
    /// this one stopped.
    func digest(
        waits: Bool = true, stride: Int = .max
    ) throws(StoreError) -> (hashed: HashedBytes, size: Int, generation: Int)? {
        guard let file = try file() else { return nil }
        let generation = generation
        let size = try FileFacts.of(file, path).size
        let hashed: HashedBytes?
        if waits {
            hashed = try hashing.withLock { hashing throws(StoreError) in
                try self.digest(all: true, stride, &hashing)
            }
        } else {
            hashed =
                try hashing.withLockIfAvailable { hashing throws(StoreError) in
                    try self.digest(all: true, stride, &hashing)
                } ?? nil
        }
        guard let hashed, self.generation == generation else { return nil }
        return (hashed, size, generation)
    }

    private func digest(all: Bool, _ stride: Int, _ hashing: inout Hashing) throws(StoreError) -> HashedBytes? {
        guard let file = try file() else { return nil }
        let size = try FileFacts.of(file, path).size
        let known = (hashing.generation, hashing.hashed)
        let isAnew = state.withLock { state in all && !state.isInOrder && known.0 != state.generation }
        // Bytes that were hashed have changed since.
        if isAnew { hashing = Hashing() }
        let done = hashing.count
        let (end, generation) = state.withLock { state in
            if isAnew { state.isInOrder = true }
            let end = all ? size : state.isInOrder ? min(state.end, done + Self.stride) : 0
            guard all || end - done >= Self.step else { return (done, state.generation) }
            state.claimed = max(state.claimed, end)
            return (end, state.generation)
        }
        if let hashed = known.1, known.0 == generation { return hashed }
        do throws(StoreError) {
            FaultPoint.pass("hashes", path)
            try file.forEachChunk(path, from: done, to: end) { chunk throws(StoreError) in
                try ending.check()
                // A write into these bytes meanwhile invalidates the hash.
                guard !all || hashing.count - done < stride && self.generation == generation else {
                    throw .interrupted
                }
                hashing.hash.update(chunk)
                hashing.count += chunk.count
            }
        } catch {
            guard case .interrupted = error else { throw error }
            state.withLock { $0.claimed = hashing.count }
            return nil
        }
        guard all else { return nil }
        let hashed = hashing.hash.finishWithPieces()
        let isSame = state.withLock { state in
            let wasInOrder = state.isInOrder
            // Everything that is written from now on is hashed again.
            state.isInOrder = false
            return state.generation == generation && wasInOrder
        }
        hashing.generation = isSame && hashing.count == size ? generation : -1
        hashing.hashed = hashing.generation == generation ? hashed : nil
        return hashing.hashed
    }
}
