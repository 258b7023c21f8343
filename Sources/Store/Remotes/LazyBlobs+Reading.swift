import Recipe

// Open blobs are read.
extension LazyBlobs {
    /// Reads `range` of the blob and answers, now or later. Returns what ``giveUp(reading:of:)`` takes; nil if it was answered.
    func read(_ file: Int, _ range: Range<Int>, _ answer: @escaping Answer) -> Int? {
        var problem = StoreError.interrupted
        let (ready, own) = state.withLock { state -> (Ready?, Int?) in
            guard !state.hasEnded, let found = state.files[file], found.partial != nil else { return (nil, nil) }
            let pieces = found.list.pieces(of: range)
            let reader = Reader(pieces: pieces, range: range, answer: answer)
            for piece in pieces { state.files[file]?.plan.touch(piece) }
            if found.has(pieces) { return (found.ready(reader), nil) }
            if pieces.contains(where: { found.refused[$0].map { $0.time + Self.memory > .now } == true }) {
                problem = .blobMissing(found.list.digest)
                return (nil, nil)
            }
            let own = state.number()
            state.files[file]?.readers[own] = reader
            state.files[file]?.plan.wait(for: pieces)
            state.waitedLast = .now
            return (nil, own)
        }
        if let ready { ready.answer() } else if own == nil { answer(.failure(problem)) }
        pump()
        return own
    }

    /// Nobody waits for this read any more.
    func giveUp(reading own: Int, of file: Int) {
        state.withLock { state in
            guard let reader = state.files[file]?.readers.removeValue(forKey: own) else { return }
            state.files[file]?.plan.leave(reader.pieces)
        }
    }
}
