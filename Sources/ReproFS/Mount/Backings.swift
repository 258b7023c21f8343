import CFuse
import Glibc
import Logging
import Recipe
import Store
import SystemPackage

/// The files that the kernel reads directly, without asking ReproFS ("passthrough").
///
/// The kernel demands that all opens of an inode read it in the same way: the first open decides, and all opens of an inode that
/// passes through share one number ("backing id"). Only files on a read-only mount are registered with the kernel.
final class Backings: Sendable {
    /// How many unused files stay registered for a moment: a file that is opened again and again is then registered once.
    private static let idleLimit = 64
    /// How long unused files stay registered. Seconds.
    private static let idleTime = 2

    private struct Shared {
        /// The backing id; nil if the kernel asks ReproFS for every byte.
        var backing: CInt?
        var uses: Int
        var idleSince = 0
        /// The file with the bytes, and when it last changed: a later time means that it was damaged. Nil if the node may get other bytes.
        var file: OwnedDescriptor?
        var changed: Timestamp?
        /// The newest commit from before the file was looked up.
        var commit = Commit.unknown
    }

    private struct State {
        /// The connection to the kernel, once passthrough is agreed and this process may register files.
        var device: CInt?
        var nodes: [UInt64: Shared] = [:]
        var idle: [UInt64] = []
        /// The backing ids that the helper is to close.
        var dropped: [CInt] = []
    }

    private let state = Lock(.backings, State())
    private let status: PassthroughStatus
    private let logger: Logger
    /// Registers files if this process may not.
    let helper: BackingHelper

    init(_ status: PassthroughStatus, logger: Logger) {
        self.status = status
        self.logger = logger
        helper = BackingHelper(status, logger: logger)
    }

    func begin(on device: CInt) { state.withLock { $0.device = device } }

    /// An open of a node; it ends when this is released.
    final class Use: Sendable {
        /// The backing id of the node; nil if the kernel asks ReproFS for the bytes.
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

    /// Begins an open of a node. `file` has its bytes, which never change; it is nil if the bytes may change, or if they are elsewhere.
    ///
    /// `commit` is the catalogue's newest commit from before the file was looked up. `waits` is called before this waits for the helper.
    ///
    /// Throws while a program has the node open and the kernel reads a damaged file for it, which has been replaced since: the new open
    /// would get the damaged bytes.
    func use(
        _ node: NodeID, _ file: OwnedDescriptor?, isElsewhere: Bool = false, as commit: Commit = .unknown,
        waits: () -> Void = {}
    ) throws(Failure) -> Use {
        let given = given(node, file, waits)
        var isTaken = false
        // Another open came first and decided.
        defer { if let given, !isTaken { helper.close([given]) } }
        let backing = try state.withLock { state throws(Failure) -> CInt? in
            let known = state.nodes[node.rawValue]
            var isReplaced = false
            if let known, known.backing != nil {
                isReplaced = file.map { known.file?.isSameFile(as: $0) != true } ?? isElsewhere
            }
            if isReplaced, let known, known.uses > 0 {
                throw Failure(
                    .ioError,
                    """
                    a program has an older file of these bytes open, which may be damaged; the kernel reads one file for every program, so \
                    the right bytes can be opened once that program has closed it
                    """, isNoteworthy: true)
            }
            // Nobody has it open, so this open may decide anew.
            if let known, known.uses == 0, file == nil || known.backing == nil || isReplaced {
                state.idle.removeAll { $0 == node.rawValue }
                drop(node.rawValue, &state)
            }
            if share(node, &state) {
                if file != nil {
                    state.nodes[node.rawValue]?.commit = commit
                } else if state.nodes[node.rawValue]?.backing == nil {
                    // Its bytes may change, so the next open looks them up.
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

    /// The backing id from the helper for a file that nobody has open. No lock is held during the request.
    private func given(_ node: NodeID, _ file: OwnedDescriptor?, _ waits: () -> Void) -> CInt? {
        guard let file, helper.isAsked,
            state.withLock({ state in state.nodes[node.rawValue].map { $0.uses == 0 && $0.backing == nil } ?? true })
        else { return nil }
        waits()
        return helper.open(file)
    }

    /// Opens a node again without looking up its file, which is returned as well; nil if there was a commit since the last open, or if
    /// the node has to be opened as if for the first time.
    func again(_ node: NodeID, as commit: Commit) -> (use: Use, file: OwnedDescriptor)? {
        // The helper may register a file now that nobody has open.
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

    /// How many files of models are open, and how many of those the kernel reads directly; also after the mount has ended.
    var filesInUse: (all: Int, byKernel: Int) {
        state.withLock { state in
            let inUse = state.nodes.values.filter { $0.uses > 0 }
            return (inUse.count, inUse.count { $0.backing != nil })
        }
    }

    /// Closes the backing ids that were unused for a moment. Returns true when none is left; until then, it is to be called again.
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

    /// Forgets everything when the connection ends, and the backing ids with it.
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
