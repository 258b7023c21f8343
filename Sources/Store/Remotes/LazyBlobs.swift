package import Recipe

/// The blobs that programs have open while their bytes are still on their way.
///
/// Nothing here waits: who reads what has not come yet is answered later, on a thread of the source's. Locks are held for a few
/// instructions; bytes are compared and written under none.
package final class LazyBlobs: Sendable {
    /// Requests of one blob that readers wait for, and those with what is asked for ahead.
    static let (demands, all) = (4, 8)
    /// Requests in all that nobody waits for, while nobody does. While somebody waits there is one.
    static let fills = 4
    /// So long after somebody waited last, nobody does. So long nothing is asked for unasked after it was refused.
    static let (quiet, sulk) = (Duration.seconds(1), Duration.seconds(10))
    /// So long a piece that could not be had is not asked for again.
    private static let memory = Duration.seconds(1)
    /// How often a piece is asked for in vain before who waits for it is told.
    private static let tries = 3
    /// How many pieces are kept in memory where the disk takes none.
    private static let mostHeld = 4

    /// What came of a read.
    package enum Part: Sendable {
        /// Where the bytes are in a file.
        case file(OwnedDescriptor)
        case bytes([UInt8])
    }

    /// What a reader is told.
    package typealias Answer = @Sendable (Result<Part, StoreError>) -> Void
    /// What an opener is told; nil: the blob is whole now, and is opened as any other.
    package typealias Opened = @Sendable (Result<LazyFile?, StoreError>) -> Void

    package let store: Store
    private let source: any LazySource
    private let told: @Sendable (String) -> Void
    private let state = Lock(.lazy, State())
    /// Rung when a blob is opened: from then on ``tick()`` is to be called.
    package let bell = Bell()

    /// `told` gets what belongs into a log.
    package init(_ store: Store, from source: any LazySource, told: @escaping @Sendable (String) -> Void) {
        (self.store, self.source, self.told) = (store, source, told)
    }

    // MARK: Opening

    /// What to open for bytes that are not in the store; nil if they cannot be had from anywhere.
    package func list(of digest: Digest) throws(StoreError) -> PieceList? {
        guard let blob = try store.blob(digest), try !store.remotes(everHaving: digest).isEmpty else { return nil }
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
                self.told("sha256:\(list.digest.hex) cannot be read: \(why)")
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

    /// Opens what has come already. It stays unopened while another process has it alone; ``tick()`` tries again.
    private func attach(_ file: Int) {
        let (found, others) = state.withLock { state -> (PieceList?, Int) in
            guard let found = state.files[file], found.partial == nil, found.isFound else { return (nil, 0) }
            return (found.list, state.files.values.total { $0.partial == nil ? 0 : $0.missing })
        }
        guard let list = found else { return welcome(file) }
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
            told("sha256:\(list.digest.hex) cannot be read: \(error)")
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

    // MARK: Reading

    /// Reads `range` of the blob and answers, now or later. Returns what ``giveUp(reading:of:)`` takes; nil if it was answered.
    func read(_ file: Int, _ range: Range<Int>, _ answer: @escaping Answer) -> Int? {
        var problem = StoreError.interrupted
        let (ready, own) = state.withLock { state -> (Ready?, Int?) in
            guard !state.hasEnded, let found = state.files[file], found.partial != nil else { return (nil, nil) }
            let pieces = found.list.pieces(of: range)
            let reader = Reader(pieces: pieces, range: range, answer: answer)
            for piece in pieces { state.files[file]?.plan.touch(piece) }
            if found.has(pieces) { return (found.ready(reader), nil) }
            if pieces.contains(where: { found.refused[$0].map { $0 + Self.memory > .now } == true }) {
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

    // MARK: Requests

    /// Asks for whatever is wanted next.
    private func pump() {
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
            told("sha256:\(partial.digest.hex): what came cannot be kept: \(error)")
            hold(bytes, piece, of: file)
        }
        partial.release(piece..<piece + 1)
    }

    private func came(_ piece: Int, of file: Int) {
        let readers = state.withLock { state -> [Ready] in
            state.files[file]?.plan.came(piece)
            state.files[file]?.failures[piece] = nil
            state.files[file]?.held.removeAll { $0.piece == piece }
            return state.answerable(piece, of: file)
        }
        for reader in readers { reader.answer() }
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
        for reader in readers { reader.answer() }
    }

    /// A request is over. Pieces that did not come are asked for again, or who waits for them is told.
    private func end(_ order: Order, _ partial: PartialBlob, _ pieces: Range<Int>, _ answer: LazyAnswer) {
        var (refused, isWrong): ([Answer], Bool) = ([], false)
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
                for piece in left { refused += state.refuse(piece, of: order.file) }
            case .done:
                for piece in left {
                    let count = (state.files[order.file]?.failures[piece] ?? 0) + 1
                    state.files[order.file]?.failures[piece] = count < Self.tries ? count : nil
                    guard count >= Self.tries else { continue }
                    isWrong = true
                    state.files[order.file]?.sulksUntil = .now + Self.sulk
                    refused += state.refuse(piece, of: order.file)
                }
            }
        }
        partial.release(pieces)
        if isWrong {
            why = "other bytes came, \(Self.tries) times"
            source.foundWrong(partial.digest)
        }
        if let why {
            told("sha256:\(partial.digest.hex), MiB \(pieces.lowerBound) to \(pieces.upperBound - 1): \(why)")
        }
        for answer in refused { answer(.failure(.blobMissing(partial.digest))) }
        finishIfWhole(order.file)
        pump()
    }

    // MARK: The end

    /// Makes a blob of what has come whole. Who has it open reads on where it is.
    private func finishIfWhole(_ file: Int) {
        let partial = state.withLock { state -> PartialBlob? in
            guard let found = state.files[file], found.plan.missing == 0, !found.isFinishing, !found.isFinished,
                found.sulksUntil <= .now
            else { return nil }
            state.files[file]?.isFinishing = found.partial != nil
            return found.partial
        }
        guard let partial else { return }
        var isDone = false
        do throws(StoreError) {
            if let blob = try partial.finish(isPrivate: try store.isPrivate(partial.digest)) {
                try store.receive(blob)
                isDone = true
            } else {
                isDone = try store.isServed(partial.digest)
            }
        } catch { told("sha256:\(partial.digest.hex) has come, but cannot be kept: \(error)") }
        let done = isDone
        state.withLock { state in
            state.files[file]?.isFinishing = false
            state.files[file]?.isFinished = done
            if !done { state.files[file]?.sulksUntil = .now + Self.sulk }
            state.dropIfUnused(file)
        }
    }

    /// Called every moment while it returns true: looks at what other processes bring.
    package func tick() -> Bool {
        let (unopened, watched, open) = state.withLock { state in
            (
                state.files.filter { $0.value.partial == nil && $0.value.isFound }.map(\.key),
                state.files.compactMap { number, file in file.partial.map { (number, $0) } }, !state.files.isEmpty
            )
        }
        for file in unopened { attach(file) }
        for (file, partial) in watched {
            let others = state.withLock { $0.files[file]?.plan.askOthersAgain() ?? [] }
            for piece in others where (try? partial.here(piece..<piece + 1)) == [true] { came(piece, of: file) }
            finishIfWhole(file)
        }
        pump()
        return open
    }

    /// What is open now: how much has come, and how many reads wait.
    package var open: [(digest: Digest, size: Int, present: Int, waiting: Int)] {
        state.withLock { state in
            state.files.values.map { file in
                let present = file.partial == nil ? 0 : max(0, file.list.size - file.missing)
                return (file.list.digest, file.list.size, present, file.readers.count + file.openers.count)
            }
        }.sorted { $0.digest.hex < $1.digest.hex }
    }

    /// Ends everything: who waits is told so.
    package func end() {
        let (openers, answers) = state.withLock { state -> ([Opened], [Answer]) in
            state.hasEnded = true
            let openers = state.files.values.flatMap(\.openers.values)
            let answers = state.files.values.flatMap { $0.readers.values.map(\.answer) }
            for number in state.files.keys {
                state.files[number]?.openers = [:]
                state.files[number]?.readers = [:]
            }
            return (openers, answers)
        }
        for opener in openers { opener(.failure(.interrupted)) }
        for answer in answers { answer(.failure(.interrupted)) }
        source.end()
    }
}
