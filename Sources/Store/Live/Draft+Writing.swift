import CLinux
import GRDB
import Glibc
import Recipe
import SystemPackage

// Writing, truncating, flushing and syncing a draft.

extension Draft {
    /// Writes at an offset. The corresponding operation is `write`.
    package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(StoreError) {
        try change(before: { if offset < $0.claimed { $0.isInOrder = false } }) { file throws(StoreError) in
            try Kernel.requireReserve(file, path)
            try FaultPoint.reach("cannot write", path)
            var done = 0
            while done < bytes.count {
                let count = pwrite(
                    file.rawValue, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
                if count < 0 {
                    if errno == EINTR { continue }
                    throw .system("cannot write", path, Errno(rawValue: errno))
                }
                done += count
            }
        }
        state.withLock { state in
            // Hashing may have begun to read these bytes.
            if offset < state.claimed { state.isInOrder = false }
            if offset <= state.end { state.end = max(state.end, offset + bytes.count) }
        }
    }

    /// Cuts or lengthens. The corresponding operations are `truncate` and `ftruncate`.
    package func truncate(_ size: Int) throws(StoreError) {
        try change(
            keeping: size > 0,
            before: { state in
                if size == 0 {
                    // Bytes that could not be written no longer matter: the file is empty.
                    state.hasFailed = false
                    state.end = 0
                    state.isInOrder = state.claimed == 0
                } else if size < state.claimed {
                    state.isInOrder = false
                }
                state.end = min(state.end, size)
            }
        ) { file throws(StoreError) in
            guard ftruncate(file.rawValue, off_t(size)) == 0 else {
                throw .system("cannot cut", path, Errno(rawValue: errno))
            }
        }
    }

    /// The corresponding operation is `fallocate`; modes are those of the file system below.
    package func allocate(_ mode: CInt, at offset: Int, count: Int) throws(StoreError) {
        // Anything but making room may change bytes that were hashed.
        try change(before: { if mode != 0, mode != 1 { $0.isInOrder = false } }) { file throws(StoreError) in
            if mode == 0 || mode == 1 { try Kernel.requireReserve(file, path, for: count) }
            guard fallocate(file.rawValue, mode, offset, count) == 0 else {
                throw .system("cannot allocate", path, Errno(rawValue: errno))
            }
        }
    }

    /// Marks the bytes so far as whole: a kill from now on loses none of them. The corresponding operation is `flush`.
    package func flush() throws(StoreError) {
        try bytes.withLock { _ throws(StoreError) in
            let closing = state.withLock { state -> (LiveRow.Closing, generation: Int)? in
                // Those who are still writing will close it themselves.
                guard state.isStaged, state.closing == .open, state.underWay == 0 else { return nil }
                if state.hasFailed { return (.failed, state.generation) }
                return (state.isSynced ? .durable : .closed, state.generation)
            }
            guard let (closing, generation) = closing else { return }
            try store.catalogue.writeSoon { try $0.setClosing(closing, of: row) }
            let isStill = state.withLock { state in
                guard state.generation == generation else { return false }
                state.closing = closing
                return true
            }
            if !isStill { try store.catalogue.writeSoon { try $0.setClosing(.open, of: row) } }
        }
        // If the bytes were already synced, this mark must be on disk too.
        if state.withLock({ $0.closing }) == .durable { try store.catalogue.sync() }
    }

    /// Puts the bytes so far on disk, and says so in the row if the file was closed. The corresponding operation is `fsync`.
    package func sync() throws(StoreError) {
        let generation = generation
        guard let file = try file() else { return }
        try Kernel.sync(file, path)
        try bytes.withLock { _ throws(StoreError) in
            let isClosed = state.withLock { state in
                guard state.generation == generation else { return false }
                state.isSynced = true
                return state.closing == .closed
            }
            guard isClosed else { return }
            try store.catalogue.writeSoon { try $0.setClosing(.durable, of: row) }
            state.withLock { if $0.generation == generation { $0.closing = .durable } }
        }
    }

    /// Runs `body` with the staged file, which is made if there is none yet. `before` notes what `body` will do.
    private func change(
        keeping: Bool = true, before: (inout State) -> Void, _ body: (OwnedDescriptor) throws(StoreError) -> Void
    ) throws(StoreError) {
        do throws(StoreError) {
            let file = try begin(keeping: keeping, before)
            // Counted before and after: bytes that were read meanwhile belong to neither generation.
            defer {
                state.withLock { state in
                    state.generation += 1
                    state.underWay -= 1
                }
            }
            try body(file)
        } catch {
            // Bytes that could not be written must not become a version that looks right.
            if case .system(_, _, let errno) = error, [.noSpace, .ioError, .diskQuotaExceeded].contains(errno) {
                state.withLock { $0.hasFailed = true }
            }
            throw error
        }
    }

    /// Returns the file, which from now on counts as being written.
    private func begin(keeping: Bool, _ note: (inout State) -> Void) throws(StoreError) -> OwnedDescriptor {
        func enter(_ state: inout State) -> OwnedDescriptor? {
            guard let file = state.staged, state.closing == .open else { return nil }
            state.isSynced = false
            state.generation += 1
            state.underWay += 1
            note(&state)
            return file
        }
        if let file = state.withLock({ enter(&$0) }) { return file }
        return try bytes.withLock { _ throws(StoreError) in
            if let file = state.withLock({ enter(&$0) }) { return file }
            if let staged = try file() {
                try store.catalogue.writeSoon { try $0.setClosing(.open, of: row) }
                return state.withLock { state in
                    state.closing = .open
                    return enter(&state) ?? staged
                }
            }
            guard !state.withLock({ $0.isStaged }) else { throw .notFound("the bytes of file \(row)") }
            let staged = try stage(keeping: keeping)
            return state.withLock { state in
                state.isStaged = true
                state.staged = staged
                state.base = nil
                return enter(&state) ?? staged
            }
        }
    }

    /// Copies the blob's bytes into a file of this draft's own. The row says so only once they are all there.
    private func stage(keeping: Bool) throws(StoreError) -> OwnedDescriptor {
        let base = state.withLock { $0.base }
        let kept = try (keeping ? base : nil).map { base throws(StoreError) in try contents(of: base) }
        let file = try store.makeStaged(row)
        do throws(StoreError) {
            switch kept {
            case .file(let source)?: try source.copy(to: file, path, ending)
            case .bytes(let bytes)?: try file.writeAll(bytes, path)
            case nil: break
            }
        } catch {
            // No row refers to the copy.
            store.removeStaged(row)
            throw error
        }
        try store.catalogue.writeSoon { db in
            try db.dropBlob(ofLive: row)
        }
        return file
    }
}
