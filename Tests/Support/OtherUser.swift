import Foundation
package import Glibc
import Store
import Synchronization
package import SystemPackage

/// Somebody else on the machine who may write in a directory that this user works on, and uses every step of that work: swaps files
/// and directories for links, pipes, directories and other files, keeps descriptors open, and writes through them. What they do
/// follows from the seed. Nothing is ever deleted, so that nothing can be lost by it.
package final class OtherUser: Sendable {
    private struct State {
        var chance: SplitMix64
        var count = 0
        var open: [CInt] = []
        /// What may be in the way: bytes of nobody's.
        var actions: [String] = []
    }

    /// Nobody, on most machines.
    package static let id: uid_t = 65534
    /// How often something is done, of a hundred steps.
    private static let eagerness = 40

    private let state: SeenMutex<State>
    /// Where they work, and where they put what was there.
    private let place, stash: FilePath
    /// What links lead to, with the same names as in `place`.
    private let victim: FilePath

    package init(in place: FilePath, stash: FilePath, victim: FilePath, seed: UInt64) {
        state = SeenMutex(State(chance: SplitMix64(seed: seed)))
        (self.place, self.stash, self.victim) = (place, stash, victim)
    }

    deinit { for file in state.withLock({ $0.open }) { close(file) } }

    /// What was done, for a test that fails.
    package var actions: [String] { state.withLock { $0.actions } }

    /// Acts at the steps of this thread while `body` runs.
    package func during(_ body: () throws -> Void) rethrows {
        let thread = UInt(pthread_self())
        FaultPoint.visitors.withLock { $0[thread] = { [self] operation, path in act("\(operation) \(path)") } }
        defer { FaultPoint.visitors.withLock { $0[thread] = nil } }
        try body()
    }

    /// The rights of files are those of the thread for a while: it can do there what this user could, and nothing else.
    package static func asOther(_ body: () -> Void) {
        typealias SetID = @convention(c) (UInt32) -> CInt
        func set(_ name: String, _ id: UInt32) {
            guard let call = dlsym(nil, name) else { return }
            _ = unsafeBitCast(call, to: SetID.self)(id)
        }
        set("setfsgid", id)
        set("setfsuid", id)
        body()
        set("setfsuid", geteuid())
        set("setfsgid", getegid())
    }

    private func act(_ step: String) {
        state.withLock { state in
            guard Int.random(in: 0..<100, using: &state.chance) < Self.eagerness else { return }
            Self.asOther { act(&state, step) }
        }
    }

    private func act(_ state: inout State, _ step: String) {
        state.count += 1
        guard let target = targets().randomElement(using: &state.chance) else { return }
        let relative = String(target.dropFirst(place.string.count))
        let away = "\(stash)/\(state.count)"
        let choice = Int.random(in: 0..<9, using: &state.chance)
        state.actions.append("\(step): \(choice) \(relative)")
        switch choice {
        case 0:
            if rename(target, away) == 0 { symlink(victim.string + relative, target) }
        case 1:
            if rename(target, away) == 0 { symlink(victim.string, target) }
        case 2:
            if rename(target, away) == 0 { mkfifo(target, 0o666) }
        case 3:
            if rename(target, away) == 0 { write(SmallModel.bytes(seed: 1000 + UInt64(state.count)), to: target) }
        case 4:
            if rename(target, away) == 0 {
                mkdir(target, 0o777)
                write([1, 2, 3], to: target + "/planted.safetensors")
            }
        case 5:
            let file = open(target, O_RDWR | O_NONBLOCK | O_NOFOLLOW)
            if file >= 0 { state.open.append(file) }
        case 6:
            if let file = state.open.randomElement(using: &state.chance) { pwrite(file, [UInt8]([7, 7, 7]), 3, 500) }
        case 7:
            if link(target, away) == 0 {
                let file = open(away, O_RDWR | O_NONBLOCK)
                if file >= 0 { state.open.append(file) }
            }
        default:
            // Names that this program gives.
            for name in [".reprofs-outgoing", ".reprofs-release"] { symlink(victim.string, place.string + "/" + name) }
        }
    }

    private func write(_ bytes: [UInt8], to path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o666)
        guard file >= 0 else { return }
        Glibc.write(file, bytes, bytes.count)
        close(file)
    }

    /// Everything in the place, without following links.
    private func targets() -> [String] {
        var found: [String] = []
        var pending = [place.string]
        while let directory = pending.popLast() {
            for name in ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted() {
                let path = directory + "/" + name
                found.append(path)
                var facts = stat()
                if lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR { pending.append(path) }
            }
        }
        return found
    }
}
