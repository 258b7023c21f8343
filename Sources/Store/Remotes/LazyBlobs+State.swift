import Recipe

// What is known of the blobs that are open, and what follows from it: values, under one lock.
extension LazyBlobs {
    struct Reader {
        let pieces: Range<Int>
        /// Bytes of the blob.
        let range: Range<Int>
        let answer: Answer
        /// How often the disk did not give what had come.
        var failures = 0
    }

    enum Purpose { case demand, ahead, fill }

    /// A blob that is open.
    struct File {
        let list: PieceList
        var openers: [Int: Opened] = [:]
        var uses = 0
        /// Nil while it is being opened.
        var partial: PartialBlob?
        var isFound = false
        var plan = LazyPlan(here: [])
        var readers: [Int: Reader] = [:]
        /// Requests that are under way, by what they were made for.
        var requests: [Purpose: Int] = [:]
        var failures: [Int: Int] = [:]
        /// How often pieces that had come were wrong or gone when the blob was to be made.
        var losses = 0
        /// When a piece was given up last, and how often it was wrong before. The kernel asks at once for each page of what it did not get.
        var refused: [Int: (time: ContinuousClock.Instant, count: Int)] = [:]
        /// Pieces that the disk did not take.
        var held: [(piece: Int, bytes: [UInt8])] = []
        /// Until then nothing is asked for that nobody waits for, and no blob is made.
        var sulksUntil = ContinuousClock.now
        var isAttaching = false, isFinishing = false, isFinished = false
        /// Bytes that still have to come, for which the disk must have room.
        var missing: Int { plan.missingBytes(of: list) }

        /// Pieces that were given up a while ago may be asked for unasked again, the later the oftener they were.
        mutating func retryRefused() {
            let now = ContinuousClock.now
            for (piece, given) in refused where given.time + LazyBlobs.sulk * (1 << min(given.count, 6)) <= now {
                plan.retry(CollectionOfOne(piece))
            }
        }

        /// Whether nothing is under way that is to be done to its end: bytes that were asked for, a blob that is made of all.
        var isIdle: Bool {
            requests.values.allSatisfy { $0 == 0 } && (partial == nil || plan.missing > 0 || isFinished)
        }

        /// Whether all of some pieces are there, in the file or in memory.
        func has(_ pieces: Range<Int>) -> Bool {
            plan.isHere(pieces) || pieces.allSatisfy { piece in isHeld(piece) || plan.isHere(piece..<piece + 1) }
        }
        func isHeld(_ piece: Int) -> Bool { held.contains { $0.piece == piece } }

        /// A reader's bytes, all of which are there.
        func ready(_ own: Int, _ reader: Reader) -> Ready {
            Ready(own: own, reader: reader, partial: partial, held: held.filter { reader.pieces.contains($0.piece) })
        }
    }

    /// A reader with where the bytes are. Those that memory has are few, and those that the file has are read under no lock.
    struct Ready {
        let own: Int
        let reader: Reader
        let partial: PartialBlob?
        let held: [(piece: Int, bytes: [UInt8])]

        /// Throws `ioError` if the disk does not have them any more.
        func bytes() throws(StoreError) -> [UInt8] {
            guard let partial else { throw .interrupted }
            guard !held.isEmpty, let list = partial.list else { return try partial.read(reader.range) }
            var bytes: [UInt8] = []
            for piece in reader.pieces {
                let all = list.range(of: piece)
                let wanted = reader.range.clamped(to: all)
                if let own = held.first(where: { $0.piece == piece }) {
                    bytes += own.bytes[wanted.lowerBound - all.lowerBound..<wanted.upperBound - all.lowerBound]
                } else {
                    bytes += try partial.read(wanted)
                }
            }
            return bytes
        }
    }

    struct State {
        var files: [Int: File] = [:]
        /// Readers that get their bytes now, and have not given up.
        var given: Set<Int> = []
        var numbers: [Digest: Int] = [:]
        var next = 0
        var waitedLast = ContinuousClock.now - LazyBlobs.quiet
        var hasEnded = false
        var log = LazyLog()

        mutating func number() -> Int {
            next += 1
            return next
        }

        /// A reader waits for its pieces.
        mutating func wait(_ reader: Reader, _ own: Int, _ file: Int) {
            files[file]?.readers[own] = reader
            files[file]?.plan.wait(for: reader.pieces)
            waitedLast = .now
        }

        /// What has come goes on being there for who opens it next.
        mutating func dropIfUnused(_ file: Int) {
            guard let found = files[file], found.uses <= 0, found.openers.isEmpty, found.isIdle else { return }
            files[file] = nil
            numbers[found.list.digest] = nil
        }

        mutating func ended(_ order: Order) {
            files[order.file]?.requests[order.purpose, default: 1] -= 1
            dropIfUnused(order.file)
        }

        /// The requests that are to be made now.
        mutating func orders() -> [Order] {
            guard !hasEnded else { return [] }
            var orders: [Order] = []
            func add(_ file: Int, _ purpose: Purpose, _ pieces: Range<Int>) {
                files[file]?.requests[purpose, default: 0] += 1
                orders.append(Order(file: file, pieces: pieces, purpose: purpose))
            }
            let now = ContinuousClock.now
            if files.values.contains(where: \.plan.isAwaited) { waitedLast = now }
            for number in files.keys {
                while let file = files[number], file.partial != nil,
                    file.requests[.demand, default: 0] < LazyBlobs.demands,
                    let pieces = files[number]?.plan.demand()
                { add(number, .demand, pieces) }
                while let file = files[number], file.partial != nil, file.uses > 0, file.sulksUntil <= now,
                    file.requests.values.reduce(0, +) < LazyBlobs.all - 1, let pieces = files[number]?.plan.ahead()
                { add(number, .ahead, pieces) }
            }
            let isQuiet = waitedLast + LazyBlobs.quiet <= now
            for number in files.keys {
                while let file = files[number], file.partial != nil, file.uses > 0, file.sulksUntil <= now,
                    files.values.total({ $0.requests[.fill, default: 0] }) < (isQuiet ? LazyBlobs.fills : 1),
                    let pieces = files[number]?.plan.fill(
                        atMost: isQuiet ? LazyPlan.idleRequest : LazyPlan.politeRequest)
                { add(number, .fill, pieces) }
            }
            return orders
        }

        /// Readers who have all that they wait for now that a piece is there.
        mutating func answerable(_ piece: Int, of file: Int) -> [Ready] {
            guard let found = files[file] else { return [] }
            return found.readers.filter { $0.value.pieces.contains(piece) && found.has($0.value.pieces) }.map {
                own, reader in
                files[file]?.readers[own] = nil
                files[file]?.plan.leave(reader.pieces)
                given.insert(own)
                return found.ready(own, reader)
            }
        }

        /// Those who wait for a piece that cannot be had. One that is wrong is left out from now on, so that it holds up none of the others.
        mutating func refuse(_ piece: Int, of file: Int, isWrong: Bool) -> [Answer] {
            guard let found = files[file] else { return [] }
            files[file]?.refused[piece] = (.now, (found.refused[piece]?.count ?? 0) + (isWrong ? 1 : 0))
            if isWrong { files[file]?.plan.refuse(piece) }
            return found.readers.filter { $0.value.pieces.contains(piece) }.map { own, reader in
                files[file]?.readers[own] = nil
                files[file]?.plan.leave(reader.pieces)
                return reader.answer
            }
        }
    }

    struct Order {
        let file: Int
        let pieces: Range<Int>
        let purpose: Purpose
    }
}
