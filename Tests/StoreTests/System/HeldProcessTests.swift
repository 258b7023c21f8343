import Dispatch
import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// The kernel tells little of a process in `execve`, which may wait there for ever: nobody waits with it.
@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: getuid() == 0, "skipped: not root"))
struct `A process that does not get through execve` {
    let fixture: StoreFixture
    let held: HeldProcess

    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        held = try HeldProcess(in: fixture.directory, having: [fixture.store.path.appending("lock")])
    }

    /// Ends what is held where `body` waits for it, which is a failure.
    private func within<Result>(_ body: () throws -> Result) rethrows -> Result {
        let (watchdog, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let held = held.number
        Thread.detachNewThread {
            if watchdog.wait(timeout: .now() + 20) == .timedOut {
                Issue.record("somebody waits for it")
                kill(held, SIGKILL)
            }
            done.signal()
        }
        defer {
            watchdog.signal()
            done.wait()
        }
        return try body()
    }

    @Test func `is not told until it is through, and then it is the same`() throws {
        defer { held.end() }
        within {
            #expect(Opener(process: held.number) == nil)
            // The second time nobody waits.
            #expect(Opener(process: held.number) == nil && !held.before.isAlive)
        }
        held.goOn()
        try eventually { Opener(process: held.number)?.executable?.hasSuffix("sleep") == true }
        #expect(held.before.isAlive)
    }

    @Test func `is not the one that a report of another user speaks for`() throws {
        defer { held.end() }
        try fixture.witness(1, by: held.before)
        let image = try fixture.image(SmallImage.graph())
        let report = try fixture.report(of: image, by: held.before)
        try within {
            try fixture.store.accept(
                report: report, from: nil, by: ReportWriter(user: 65534, group: 65534, process: nil))
            var taken: [SnapshotResult] = []
            try fixture.store.takeReports(upTo: try #require(try fixture.store.newestReport())) {
                if case .snapshot(_, let result) = $0 { taken.append(result) }
            }
            let model = try fixture.recipe(try #require(taken.first).id)["models"]?.array?.first
            #expect(model?["evidence"] != "observed")
        }
    }

    @Test func `has lost what it had in memory, so that no image is taken for one of its`() throws {
        defer { held.end() }
        try fixture.witness(1, at: Timestamp(nanoseconds: 1), by: held.before)
        try fixture.add("checkpoints/model.safetensors", seed: 2)
        let image = try fixture.image(SmallImage.graph())
        let made = try within { try fixture.store.snapshot(image) }
        let model = try fixture.recipe(made.id)["models"]?.array?.first
        #expect(model?["sha256"]?.string == SmallModel.digest(seed: 2).hex)
    }

    @Test func `hides no other that has the store open`() throws {
        defer { held.end() }
        let other = Process()
        other.executableURL = URL(fileURLWithPath: "/bin/sleep")
        other.arguments = ["600"]
        other.standardInput = FileHandle(forReadingAtPath: fixture.store.path.appending("lock").string)
        try other.run()
        defer {
            kill(other.processIdentifier, SIGKILL)
            other.waitUntilExit()
        }
        let refusal = within {
            #expect(throws: StoreError.self) { _ = try Store.rebuild(fixture.store.path) }
        }
        #expect(refusal?.description.contains("'sleep 600' (process \(other.processIdentifier))") == true, "\(refusal)")
        #expect(refusal?.description.contains("\(held.number)") == false)
    }
}
