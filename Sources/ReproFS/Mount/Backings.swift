import CFuse
import Glibc
import Logging
import Recipe
import Store

/// Which files the kernel reads by itself, without asking ReproFS ("passthrough").
///
/// One inode is read in one way by everybody who has it open, as the kernel demands: the first open decides, and all opens of
/// an inode that passes through share one number ("backing id"). Only files on a read-only mount are ever handed over.
final class Backings: Sendable {
    /// Numbers that nobody uses are kept for a moment, so that a file that is opened again and again is handed over once.
    private static let idleLimit = 64
    /// Seconds.
    private static let idleTime = 2

    private struct Shared {
        /// Nil: ReproFS is asked for every byte.
        var backing: CInt?
        var uses: Int
        var idleSince = 0
        /// What was handed over, and when anybody changed it last, for damage to be seen.
        var file: OwnedDescriptor?
        var changed: Timestamp?
        /// What the catalogue held when the bytes were looked at.
        var commit = Commit.unknown
    }

    private struct State {
        /// The connection to the kernel, once it reads by itself.
        var device: CInt?
        var nodes: [UInt64: Shared] = [:]
        var idle: [UInt64] = []
    }

    private let state = Lock(.backings, State())
    private let status: PassthroughStatus
    private let logger: Logger

    init(_ status: PassthroughStatus, logger: Logger) {
        self.status = status
        self.logger = logger
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
    /// `commit` is the catalogue's newest commit from before the file was looked for.
    func use(_ node: NodeID, _ file: OwnedDescriptor?, as commit: Commit = .unknown) -> Use {
        let backing = state.withLock { state -> CInt? in
            // Nobody has it open: it need not be read as it was.
            if file == nil, state.nodes[node.rawValue]?.uses == 0 {
                state.idle.removeAll { $0 == node.rawValue }
                drop(node.rawValue, &state)
            }
            if share(node, &state) {
                if file != nil { state.nodes[node.rawValue]?.commit = commit }
                return state.nodes[node.rawValue]?.backing
            }
            var shared = Shared(uses: 1)
            if let file, let backing = hand(file, &state) {
                shared = Shared(backing: backing, uses: 1, file: file, changed: file.changed, commit: commit)
            }
            state.nodes[node.rawValue] = shared
            return shared.backing
        }
        return Use(backing, self, node)
    }

    /// Somebody opens a node that was handed over already: if nothing was committed since, its file need not be looked for.
    func again(_ node: NodeID, as commit: Commit) -> Use? {
        let backing = state.withLock { state -> CInt? in
            guard let known = state.nodes[node.rawValue], known.commit.isSame(as: commit),
                let backing = known.backing,
                known.file?.changed == known.changed, share(node, &state)
            else { return nil }
            return backing
        }
        return backing.map { Use($0, self, node) }
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
            guard known.backing != nil else {
                state.nodes[node.rawValue] = nil
                return
            }
            known.idleSince = Self.now
            state.nodes[node.rawValue] = known
            state.idle.append(node.rawValue)
            if state.idle.count > Self.idleLimit { drop(state.idle.removeFirst(), &state) }
        }
    }

    /// How many files of models somebody has open.
    var filesInUse: Int { state.withLock { $0.nodes.values.count { $0.uses > 0 } } }

    /// Lets go what nobody used for a moment; to be called now and then until nothing is left to let go, which it says.
    func expire() -> Bool {
        state.withLock { state in
            let limit = Self.now - Self.idleTime
            while let first = state.idle.first, let known = state.nodes[first], known.idleSince <= limit {
                state.idle.removeFirst()
                drop(first, &state)
            }
            return state.idle.isEmpty
        }
    }

    /// The connection ends: its numbers end with it.
    func end() {
        state.withLock { state in
            for id in state.idle { drop(id, &state) }
            state.idle = []
            state.device = nil
        }
    }

    private func drop(_ node: UInt64, _ state: inout State) {
        guard let known = state.nodes.removeValue(forKey: node), let backing = known.backing else { return }
        if let device = state.device { _ = reprofs_backing_close(device, UInt32(backing)) }
    }

    private static var now: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return time.tv_sec
    }
}
