import Comfy
import Foundation
package import Recipe
package import Store
import SystemPackage

/// Makes images again, one after the other, while there is time; the image that teaches most comes first.
package struct Proving: Sendable {
    let store: Store
    let place: ComfyChoice
    let minutes: Int
    /// Receives progress, one line at a time.
    let say: @Sendable (String) -> Void
    /// Receives errors, with the name of the image that they are about.
    let complain: @Sendable (any Error, String?) -> Void
    let show: RunProgress

    package init(
        store: Store, place: ComfyChoice, minutes: Int, say: @escaping @Sendable (String) -> Void,
        complain: @escaping @Sendable (any Error, String?) -> Void, _ show: @escaping RunProgress
    ) {
        self.store = store
        self.place = place
        self.minutes = minutes
        self.say = say
        self.complain = complain
        self.show = show
    }

    /// One chosen image, and the result.
    package struct Run: Sendable {
        let choice: ProofPlan.Choice
        let snapshot: Digest
        var verdict: ReproductionVerdict?
        /// Why it could not be made.
        package var problem: String?
        var seconds = 0.0

        package var json: JSON {
            [
                "image": .string(choice.candidate.name), "snapshot": .string(snapshot.hex),
                "teaches": .array(choice.gains.map(\.json)), "verdict": .string(orNull: verdict?.rawValue),
                "problem": .string(orNull: problem),
                "seconds": .number(.init(literal: String((seconds * 10).rounded() / 10))),
            ]
        }
    }

    package struct Runs: Sendable {
        package var made: [Run] = []
        package var isOutOfTime = false
        /// Images that could still be made again.
        package var left = 0
    }

    /// Throws if no ComfyUI could make anything, even if there is nothing to make.
    package func requirePlace() async throws {
        switch place.place {
        case .running(let server): _ = try await server.isIdle()
        case .launched(let launch): _ = try OpenDirectory(named: FilePath(launch.installation))
        }
    }

    package func runs(of plan: ProofPlan, atMost limit: Int, untilNothingIsNew: Bool) async throws -> Runs {
        var (plan, runs) = (plan, Runs())
        let end = ContinuousClock.now + .seconds(60 * minutes)
        var spent = 0.0
        // Each run changes what the next one would teach.
        while runs.made.count < limit {
            var rest = plan
            guard
                let choice = rest.next(
                    knowing: try store.lessons(on: plan.causes), untilNothingIsNew: untilNothingIsNew),
                let row = try store.snapshot(choice.candidate.snapshot)
            else { break }
            // A run is begun only if it is likely to end in time.
            let usual = runs.made.isEmpty ? 0 : spent / Double(runs.made.count)
            let isFree: Bool
            do { isFree = try await isIdle(until: end) } catch let error as ComfyError where !runs.made.isEmpty {
                complain(error, nil)
                break
            }
            guard isFree, ContinuousClock.now + .seconds(usual) < end else {
                runs.isOutOfTime = true
                break
            }
            plan = rest
            let begun = ContinuousClock.now
            var run = Run(choice: choice, snapshot: row.digest)
            say("\(choice.candidate.name): \(Self.teaching(choice.gains))")
            do {
                let made = try SnapshotRun(row.id, named: choice.candidate.name, store: store)
                let result = try await ReproductionAttempt.make(
                    made, on: place, original: try? made.original(), show)
                run.verdict = result.verdict
                for line in result.lines { say("  " + line) }
            } catch let error as CancellationError { throw error } catch {
                run.problem = "\(error)"
                complain(error, choice.candidate.name)
            }
            run.seconds = begun.duration(to: .now) / .seconds(1)
            spent += run.seconds
            runs.made.append(run)
        }
        runs.left = plan.count
        return runs
    }

    private static func teaching(_ gains: [ProofPlan.Gain]) -> String {
        guard !gains.isEmpty else { return "teaches nothing new of others" }
        let more = gains.count > 3 ? " and \(gains.count - 3) more" : ""
        return "teaches of " + gains.prefix(3).map(\.text).joined(separator: ", ") + more
    }

    /// Waits until a running server is idle; false if it was still busy at the end.
    private func isIdle(until end: ContinuousClock.Instant) async throws -> Bool {
        guard case .running(let server) = place.place else { return true }
        while !(try await server.isIdle()) {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .seconds(1))
        }
        return true
    }
}
