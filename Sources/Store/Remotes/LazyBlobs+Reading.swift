import Recipe
import SystemPackage

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
            let own = state.number()
            if found.has(pieces) {
                state.given.insert(own)
                return (found.ready(own, reader), own)
            }
            if pieces.contains(where: { found.refused[$0].map { $0.time + Self.memory > .now } == true }) {
                problem = .blobMissing(found.list.digest)
                return (nil, nil)
            }
            state.wait(reader, own, file)
            return (nil, own)
        }
        guard let own else {
            answer(.failure(problem))
            return nil
        }
        let isAnswered = ready.map { give($0, file) } ?? false
        pump()
        return isAnswered ? nil : own
    }

    /// Gives a reader the bytes, which have come; false if it waits again, because the disk does not have them any more.
    @discardableResult func give(_ ready: Ready, _ file: Int) -> Bool {
        do throws(StoreError) { ready.reader.answer(.success(try ready.bytes())) } catch {
            if case .system(_, _, .ioError) = error, ask(again: ready, file) { return false }
            ready.reader.answer(.failure(error))
        }
        state.withLock { _ = $0.given.remove(ready.own) }
        return true
    }

    /// Has the pieces of a reader come again; false if the file may not be written any more, or if that did not help.
    private func ask(again ready: Ready, _ file: Int) -> Bool {
        var reader = ready.reader
        reader.failures += 1
        guard reader.failures < Self.tries, let partial = ready.partial, partial.hasName,
            (try? partial.drop(reader.pieces)) != nil
        else { return false }
        tell(.changed, partial.digest, ": a part of it can no longer be read from the disk and is fetched again")
        return state.withLock { state in
            guard !state.hasEnded, state.files[file] != nil else { return false }
            for piece in reader.pieces { state.files[file]?.plan.lose(piece) }
            // It may have given up meanwhile.
            if state.given.remove(ready.own) != nil { state.wait(reader, ready.own, file) }
            return true
        }
    }

    /// Nobody waits for this read any more.
    func giveUp(reading own: Int, of file: Int) {
        state.withLock { state in
            state.given.remove(own)
            guard let reader = state.files[file]?.readers.removeValue(forKey: own) else { return }
            state.files[file]?.plan.leave(reader.pieces)
        }
    }
}
