import Recipe

// What has come whole becomes a blob.
extension LazyBlobs {
    /// Makes a blob of what has come whole, on a thread of its own, since all of it is read again first. Who has it open reads on where it is.
    func finishIfWhole(_ file: Int) {
        let partial = state.withLock { state -> PartialBlob? in
            guard !state.hasEnded, let found = state.files[file], found.plan.missing == 0, !found.isFinishing,
                !found.isFinished, found.sulksUntil <= .now
            else { return nil }
            state.files[file]?.isFinishing = found.partial != nil
            return found.partial
        }
        guard let partial else { return }
        let isUnderWay = onOwnThread {
            let isDone = self.finish(file, partial)
            self.state.withLock { state in
                state.files[file]?.isFinishing = false
                state.files[file]?.isFinished = isDone
                state.dropIfUnused(file)
            }
            self.pump()
        }
        if !isUnderWay { rest(file) }
    }

    /// Returns whether nothing is left to do with the file: the store has the blob, or somebody took the file away.
    private func finish(_ file: Int, _ partial: PartialBlob) -> Bool {
        do throws(StoreError) {
            let made = try partial.finish(isPrivate: try store.isPrivate(partial.digest)) { _ throws(StoreError) in
                try self.goOn()
            }
            if let made {
                try store.receive(made)
                return true
            }
            if try store.isServed(partial.digest) { return true }
            // Another process may have ended before its row was written.
            if let found = try store.arrived(.init(partial.digest, size: partial.size)) {
                try store.receive(found)
                return true
            }
            let lost = try lose(file, partial)
            if lost > 0 {
                tell(
                    .changed, partial.digest,
                    ": \(lost.of("piece")) of it changed on the disk after they came, so they have to come again")
                // A disk that changes them each time is not asked without a pause.
                if state.withLock({ $0.files[file]?.losses ?? 0 }) > 1 { rest(file) }
            } else if partial.hasName {
                // Another process makes the blob.
                rest(file)
            } else {
                return true
            }
        } catch {
            if case .interrupted = error { return false }
            tell(.keeping, partial.digest, " has come, but cannot be kept: \(error)")
            rest(file)
        }
        return false
    }

    /// Asks for what the map does not have any more; returns how many pieces that are.
    private func lose(_ file: Int, _ partial: PartialBlob) throws(StoreError) -> Int {
        let here = try partial.here(0..<PieceList.count(partial.size))
        return state.withLock { state in
            var lost = 0
            defer { if lost > 0 { state.files[file]?.losses += 1 } }
            for (piece, isHere) in here.enumerated() where !isHere {
                lost += 1
                state.files[file]?.plan.lose(piece)
            }
            return lost
        }
    }

    /// Tries again after a while.
    private func rest(_ file: Int) {
        state.withLock { state in
            state.files[file]?.isFinishing = false
            state.files[file]?.sulksUntil = .now + Self.sulk
        }
    }
}
