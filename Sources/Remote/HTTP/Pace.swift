/// How patient a remote is asked: what is waited for, and for how long.
package struct Pace: Sendable {
    /// Failures in a row, with no byte gained between them, after which it is given up.
    package var tries = 8
    /// The same while nothing ever answered there: a name that was typed wrong is to be noticed soon.
    package var firstTries = 2
    /// The pause after the first failure; it doubles with each further one.
    package var firstPause: Duration = .milliseconds(500)
    /// No pause is longer, unless the registry asks for it.
    package var longestPause: Duration = .seconds(30)
    /// The longest pauses that a registry may ask for (Retry-After), all together, without a byte gained between them.
    package var longestAsked: Duration = .seconds(60)
    /// How long a connection may take to be made.
    package var connect: Duration = .seconds(10)
    /// How long not a byte may move in either direction.
    package var silence: Duration = .seconds(20)
    /// How long bytes may come at less than a quarter of the usual rate before they are asked for again, on another connection.
    package var slowness: Duration = .seconds(5)
    /// The same as `silence` for the last answer to an upload: the registry hashes the whole blob before it.
    package var commit: Duration = .seconds(900)

    /// How long a manifest, a token or a page of tags may take to come, however it moves.
    package var document: Duration = .seconds(120)

    package init() {}
}

/// A failure that may pass.
struct Trouble: Error {
    /// What is to be said if it does not pass.
    let error: RemoteError
    /// How long the registry asks to wait.
    var pause: Duration?
    /// Whether no connection came about.
    var hasNoContact = false
}

/// Counts failures since something was last gained.
struct Patience {
    let pace: Pace
    private var failures = 0
    private var asked = Duration.zero

    init(_ pace: Pace) { self.pace = pace }

    /// What was asked for came nearer.
    mutating func progress() {
        failures = 0
        asked = .zero
    }

    /// Waits before another try; throws what is to be said once there have been too many.
    mutating func wait(after trouble: Trouble, known: Bool) async throws {
        failures += 1
        let tries = trouble.hasNoContact && !known ? pace.firstTries : pace.tries
        asked += trouble.pause ?? .zero
        guard asked <= pace.longestAsked else { throw trouble.error }
        guard failures < tries else { throw trouble.error }
        let doubled = pace.firstPause * (1 << min(failures - 1, 16))
        // Jitter: those who failed together do not come back together.
        let own = min(doubled, pace.longestPause) * Double.random(in: 0.5...1)
        try await timers.sleep(for: max(own, trouble.pause ?? .zero))
    }
}
