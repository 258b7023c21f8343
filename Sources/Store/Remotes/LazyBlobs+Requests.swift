import Recipe

// What is asked of remotes, and what comes.
extension LazyBlobs {
    /// Asks for whatever is wanted next.
    func pump() {
        for order in state.withLock({ $0.orders() }) { begin(order) }
    }

    private func begin(_ order: Order) {
        let found = state.withLock { state in
            state.files[order.file].flatMap { file in file.partial.map { ($0, file.list) } }
        }
        guard let (partial, list) = found else { return }
        // As many as nobody else brings.
        var pieces = order.pieces
        while !pieces.isEmpty, !partial.claim(pieces) {
            pieces = pieces.lowerBound..<pieces.lowerBound + pieces.count / 2
        }
        guard !pieces.isEmpty else {
            state.withLock { state in
                state.files[order.file]?.plan.giveUp(order.pieces)
                state.files[order.file]?.plan.leaveToOthers(order.pieces.lowerBound)
                state.ended(order)
            }
            return
        }
        // Others may have brought some before they were claimed.
        let here = (try? partial.here(pieces)) ?? pieces.map { _ in false }
        let wanted = pieces.lowerBound..<pieces.lowerBound + (here.firstIndex(of: true) ?? pieces.count)
        if wanted.count < pieces.count { partial.release(wanted.upperBound..<pieces.upperBound) }
        let attempt = state.withLock { state in
            state.files[order.file]?.plan.giveUp(wanted.upperBound..<order.pieces.upperBound)
            return state.files[order.file]?.failures[wanted.lowerBound] ?? 0
        }
        for (piece, isHere) in zip(pieces, here) where isHere { came(piece, of: order.file) }
        guard !wanted.isEmpty else { return end(order, partial, wanted, .done) }
        source.bring(
            wanted, of: list, attempt: attempt,
            while: { self.state.withLock { $0.files[order.file]?.plan.isAwaited(wanted) == true } },
            take: { self.take($0, $1, of: order.file, partial) }
        ) { self.end(order, partial, wanted, $0) }
    }

    /// A piece has come, right or wrong.
    private func take(_ bytes: [UInt8], _ piece: Int, of file: Int, _ partial: PartialBlob) {
        do throws(StoreError) {
            guard try partial.write(bytes, piece: piece) else { return }
            came(piece, of: file)
        } catch {
            guard let list = partial.list, bytes.withUnsafeBytes({ list.holds(piece, $0) }) else { return }
            tell(.keeping, partial.digest, ": what came cannot be kept: \(error)")
            hold(bytes, piece, of: file)
        }
        partial.release(piece..<piece + 1)
    }

    func came(_ piece: Int, of file: Int) {
        let readers = state.withLock { state -> [Ready] in
            state.files[file]?.plan.came(piece)
            state.files[file]?.failures[piece] = nil
            state.files[file]?.refused[piece] = nil
            state.files[file]?.held.removeAll { $0.piece == piece }
            return state.answerable(piece, of: file)
        }
        for reader in readers { give(reader, file) }
    }

    /// The disk does not take a piece: who waits for it gets it from memory.
    private func hold(_ bytes: [UInt8], _ piece: Int, of file: Int) {
        let readers = state.withLock { state -> [Ready] in
            guard state.files[file] != nil else { return [] }
            state.files[file]?.held.removeAll { $0.piece == piece }
            state.files[file]?.held.append((piece, bytes))
            if state.files[file]?.held.count ?? 0 > Self.mostHeld { state.files[file]?.held.removeFirst() }
            state.files[file]?.sulksUntil = .now + Self.sulk
            return state.answerable(piece, of: file)
        }
        for reader in readers { give(reader, file) }
    }

    /// A request is over. Pieces that did not come are asked for again, or who waits for them is told.
    private func end(_ order: Order, _ partial: PartialBlob, _ pieces: Range<Int>, _ answer: LazyAnswer) {
        var refused: [Answer] = []
        var wrong: [Int] = []
        var why: String?
        state.withLock { state in
            defer { state.ended(order) }
            let found = state.files[order.file]
            let left = (state.files[order.file]?.plan.giveUp(pieces) ?? []).filter { found?.isHeld($0) != true }
            switch answer {
            // It did not come, and nobody waits for it: the remote is left alone for a while.
            case .unwanted: state.files[order.file]?.sulksUntil = .now + Self.sulk
            case .refused(let said):
                why = said
                state.files[order.file]?.sulksUntil = .now + Self.sulk
                for piece in left { refused += state.refuse(piece, of: order.file, isWrong: false) }
            case .done:
                for piece in left {
                    let count = (state.files[order.file]?.failures[piece] ?? 0) + 1
                    state.files[order.file]?.failures[piece] = count < Self.tries ? count : nil
                    guard count >= Self.tries else { continue }
                    wrong.append(piece)
                    refused += state.refuse(piece, of: order.file, isWrong: true)
                }
            }
        }
        partial.release(pieces)
        if let first = wrong.first {
            why = "MiB \(first) of it came with other bytes, \(Self.tries) times; the rest is asked for as before"
            source.foundWrong(partial.digest)
        }
        if let why { tell(.asking, partial.digest, ": \(why)") }
        for answer in refused { answer(.failure(.blobMissing(partial.digest))) }
        finishIfWhole(order.file)
        pump()
    }
}
