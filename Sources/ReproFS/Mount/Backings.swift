import CFuse
import Glibc
import Logging
import Recipe
import Store
import SystemPackage

/// Which files the kernel reads by itself, without asking ReproFS ("passthrough").
///
/// One inode is read in one way by everybody who has it open, as the kernel demands: the first open decides, and all opens of
/// an inode that passes through share one number ("backing id"). Only files on a read-only mount are ever handed over.
final class Backings: Sendable {
    /// What nobody uses is kept for a moment, so that a file that is opened again and again is handed over once.
    private static let idleLimit = 64
    /// Seconds.
    private static let idleTime = 2

    private struct Shared {
        /// Nil: ReproFS is asked for every byte.
        var backing: CInt?
        var uses: Int
        var idleSince = 0
        /// Where the bytes are, and when anybody changed them last, for damage to be seen; nil where they may become others.
        var file: OwnedDescriptor?
        var changed: Timestamp?
        /// What the catalogue held when the bytes were looked at.
        var commit = Commit.unknown
    }

    private struct State {
        /// The connection to the kernel, once it reads by itself and takes files from this process.
        var device: CInt?
        var nodes: [UInt64: Shared] = [:]
        var idle: [UInt64] = []
        /// What the helper is to give back.
        var dropped: [CInt] = []
    }

    private let state = Lock(.backings, State())
    private let status: PassthroughStatus
    private let logger: Logger
    /// Hands files over where this process may not.
    let helper: BackingHelper

    init(_ status: PassthroughStatus, logger: Logger) {
        self.status = status
        self.logger = logger
        helper = BackingHelper(status, logger: logger)
    }

    func begin(on device: CInt) { state.withLock { $0.device = device } }

    /// Whoever has a node open holds one of these.
    final class Use: Sendable {
        /// The number that stands for the node's bytes in the kernel; nil if ReproFS is asked for them.
        let backing: CInt?
        private let backings: Backings
        private let node: NodeID

        fileprivate init(_ backing: CInt?, _ backings: Backings, _ node: NodeID) {
            self.backing = backing
            self.backings = backings
            self.node = node
        }

        deinit { backings.end(node) }
    }

    /// Somebody opens a node; `file` holds its bytes, which never change, or is nil if they may.
    ///
    /// `commit` is the catalogue's newest commit from before the file was looked for. `waits` is called before anybody is waited for.
    ///
    /// Throws while the kernel reads another file for this node, which somebody has open: it stood in the blob's place before damage was
    /// mended, and everybody would be given its bytes.
    func use(
        _ node: NodeID, _ file: OwnedDescriptor?, as commit: Commit = .unknown, waits: () -> Void = {}
    ) throws(Failure) -> Use {
        let given = given(node, file, waits)
        var isTaken = false
        // Somebody else was quicker, and decided.
        defer { if let given, !isTaken { helper.close([given]) } }
        let backing = try state.withLock { state throws(Failure) -> CInt? in
            let known = state.nodes[node.rawValue]
            var isReplaced = false
            if let file, let known, known.backing != nil { isReplaced = known.file?.isSameFile(as: file) != true }
            if isReplaced, let known, known.uses > 0 {
                throw Failure(
                    .ioError,
                    """
                    the file of these bytes was replaced while a program has the old one open, whose bytes may be damaged; the kernel reads \
                    one file for all, so this one can be opened when that program has closed it
                    """, isNoteworthy: true)
            }
            // Nobody has it open: it need not be read as it was.
            if let known, known.uses == 0, file == nil || known.backing == nil || isReplaced {
                state.idle.removeAll { $0 == node.rawValue }
                drop(node.rawValue, &state)
            }
            if share(node, &state) {
                if file != nil {
                    state.nodes[node.rawValue]?.commit = commit
                } else if state.nodes[node.rawValue]?.backing == nil {
                    // Its bytes may change: whoever opens it next looks for them.
                    state.nodes[node.rawValue]?.file = nil
                }
                return state.nodes[node.rawValue]?.backing
            }
            var shared = Shared(uses: 1)
            if let file {
                let backing = given ?? hand(file, &state)
                shared = Shared(backing: backing, uses: 1, file: file, changed: file.changed, commit: commit)
            }
            state.nodes[node.rawValue] = shared
            isTaken = true
            return shared.backing
        }
        return Use(backing, self, node)
    }

    /// What the helper makes of a file that nobody has open. No lock is held meanwhile.
    private func given(_ node: NodeID, _ file: OwnedDescriptor?, _ waits: () -> Void) -> CInt? {
        guard let file, helper.isAsked,
            state.withLock({ state in state.nodes[node.rawValue].map { $0.uses == 0 && $0.backing == nil } ?? true })
        else { return nil }
        waits()
        return helper.open(file)
    }

    /// Somebody opens a node that was opened already: if nothing was committed since, its file, which this gives too, need not be
    /// looked for.
    func again(_ node: NodeID, as commit: Commit) -> (use: Use, file: OwnedDescriptor)? {
        // What nobody has open may be handed over now.
        let mayBeHanded = helper.isAsked
        let found = state.withLock { state -> (CInt?, OwnedDescriptor)? in
            guard let known = state.nodes[node.rawValue], known.commit.isSame(as: commit), let file = known.file,
                known.backing != nil || known.uses > 0 || !mayBeHanded,
                file.changed == known.changed, share(node, &state)
            else { return nil }
            return (known.backing, file)
        }
        return found.map { (Use($0.0, self, node), $0.1) }
    }

    private func share(_ node: NodeID, _ state: inout State) -> Bool {
        guard let known = state.nodes[node.rawValue] else { return false }
        if known.uses == 0 { state.idle.removeAll { $0 == node.rawValue } }
        state.nodes[node.rawValue]?.uses += 1
        return true
    }

    private func hand(_ file: OwnedDescriptor, _ state: inout State) -> CInt? {
        guard let device = state.device, file.isOnReadOnlyMount else { return nil }
        let backing = reprofs_backing_open(device, file.rawValue)
        if backing > 0 { return backing }
        let problem = PassthroughStatus.Reason(refusal: errno)
        logger.warning("the kernel does not take a file to read by itself: \(problem.why)")
        if problem.isLasting {
            status.turnOff(problem)
            state.device = nil
        }
        return nil
    }

    private func end(_ node: NodeID) {
        state.withLock { state in
            guard var known = state.nodes[node.rawValue] else { return }
            known.uses -= 1
            guard known.uses == 0 else {
                state.nodes[node.rawValue] = known
                return
            }
            guard known.file != nil else {
                state.nodes[node.rawValue] = nil
                return
            }
            known.idleSince = Self.now
            state.nodes[node.rawValue] = known
            state.idle.append(node.rawValue)
            if state.idle.count > Self.idleLimit { drop(state.idle.removeFirst(), &state) }
        }
    }

    /// How many files of models somebody has open, and how many of those the kernel reads by itself, also after the mount has ended.
    var filesInUse: (all: Int, byKernel: Int) {
        state.withLock { state in
            let inUse = state.nodes.values.filter { $0.uses > 0 }
            return (inUse.count, inUse.count { $0.backing != nil })
        }
    }

    /// Lets go what nobody used for a moment; to be called now and then until nothing is left to let go, which it says.
    func expire() -> Bool {
        let (isDone, dropped) = state.withLock { state in
            let limit = Self.now - Self.idleTime
            while let first = state.idle.first, let known = state.nodes[first], known.idleSince <= limit {
                state.idle.removeFirst()
                drop(first, &state)
            }
            defer { state.dropped = [] }
            return (state.idle.isEmpty, state.dropped)
        }
        helper.close(dropped)
        return isDone
    }

    /// The connection ends: its numbers end with it.
    func end() {
        state.withLock { state in
            for id in state.idle { drop(id, &state) }
            state.idle = []
            state.dropped = []
            state.device = nil
        }
        helper.end()
    }

    private func drop(_ node: UInt64, _ state: inout State) {
        guard let known = state.nodes.removeValue(forKey: node), let backing = known.backing else { return }
        if let device = state.device {
            _ = reprofs_backing_close(device, UInt32(backing))
        } else {
            state.dropped.append(backing)
        }
    }

    static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return time.tv_sec
    }
}
