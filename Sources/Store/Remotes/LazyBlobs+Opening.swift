package import Recipe

// Blobs are opened and closed.
extension LazyBlobs {
    /// What to open for bytes that are not in the store; nil if they cannot be had from anywhere.
    package func list(of digest: Digest) throws(StoreError) -> PieceList? {
        guard let blob = try store.awaited(digest) else { return nil }
        return try store.pieces(of: blob)
    }

    /// Opens a blob; returns what ``giveUp(opening:of:)`` takes.
    package func open(_ list: PieceList, _ opened: @escaping Opened) -> Int {
        let (own, file, isNew) = state.withLock { state -> (Int, Int?, Bool) in
            let own = state.number()
            guard !state.hasEnded else { return (own, nil, false) }
            if let known = state.numbers[list.digest] {
                state.files[known]?.openers[own] = opened
                return (own, known, false)
            }
            let number = state.number()
            state.files[number] = File(list: list, openers: [own: opened])
            state.numbers[list.digest] = number
            return (own, number, true)
        }
        guard let file else {
            opened(.failure(.interrupted))
            return own
        }
        bell.ring()
        guard isNew else {
            welcome(file)
            return own
        }
        let content = PinManifest.Content(list.digest, size: list.size)
        source.find(content, while: { self.state.withLock { $0.files[file]?.openers.isEmpty == false } }) { answer in
            switch answer {
            case .done:
                self.state.withLock { $0.files[file]?.isFound = true }
                self.attach(file)
            case .refused(let why):
                self.tell(.opening, list.digest, " cannot be read: \(why)")
                self.refuse(file, .blobMissing(list.digest))
            case .unwanted: self.refuse(file, .interrupted)
            }
        }
        return own
    }

    /// Nobody waits for this opening any more.
    package func giveUp(opening own: Int, of digest: Digest) {
        state.withLock { state in
            guard let file = state.numbers[digest] else { return }
            state.files[file]?.openers[own] = nil
            state.dropIfUnused(file)
        }
    }

    /// Opens what has come already, on a thread of its own: all of that may have to be read. It stays unopened while another process has it
    /// alone; ``tick()`` tries again.
    func attach(_ file: Int) {
        let (found, others) = state.withLock { state -> (PieceList?, Int) in
            guard let found = state.files[file], found.partial == nil, found.isFound, !found.isAttaching else {
                return (nil, 0)
            }
            state.files[file]?.isAttaching = true
            return (found.list, state.files.values.total { $0.partial == nil ? 0 : $0.missing })
        }
        guard let list = found else { return }
        let isUnderWay = onOwnThread {
            self.attach(file, list, besides: others)
            self.state.withLock { $0.files[file]?.isAttaching = false }
        }
        if !isUnderWay { state.withLock { $0.files[file]?.isAttaching = false } }
    }

    private func attach(_ file: Int, _ list: PieceList, besides others: Int) {
        do throws(StoreError) {
            if try store.isServed(list.digest) { return refuse(file, nil) }
            let content = PinManifest.Content(list.digest, size: list.size)
            guard let partial = try store.partial(content, list, besides: others) else { return }
            let plan = LazyPlan(here: try partial.here(0..<list.count))
            state.withLock { state in
                guard state.files[file]?.partial == nil else { return }
                state.files[file]?.partial = partial
                state.files[file]?.plan = plan
            }
            welcome(file)
        } catch {
            tell(.opening, list.digest, " cannot be read: \(error)")
            refuse(file, error)
        }
    }

    /// Gives everybody who waits for a blob the file that is open now.
    private func welcome(_ file: Int) {
        let opened = state.withLock { state -> (partial: PartialBlob, openers: [Opened])? in
            guard let found = state.files[file], let partial = found.partial else { return nil }
            state.files[file]?.openers = [:]
            state.files[file]?.uses += found.openers.count
            return (partial, Array(found.openers.values))
        }
        guard let opened else { return }
        for opener in opened.openers { opener(.success(LazyFile(self, file, opened.partial))) }
        finishIfWhole(file)
    }

    /// Tells everybody who waits for a blob that it cannot be opened; no error: it is whole.
    private func refuse(_ file: Int, _ error: StoreError?) {
        let openers = state.withLock { state -> [Opened] in
            guard let found = state.files[file], found.partial == nil else { return [] }
            state.files[file] = nil
            state.numbers[found.list.digest] = nil
            return Array(found.openers.values)
        }
        for opener in openers { opener(error.map { .failure($0) } ?? .success(nil)) }
    }

    /// A file was closed.
    func close(_ file: Int) {
        state.withLock { state in
            state.files[file]?.uses -= 1
            state.dropIfUnused(file)
        }
    }
}
