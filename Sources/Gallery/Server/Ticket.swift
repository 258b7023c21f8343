import Synchronization

/// Opens the gallery once, and to a process of its own user alone: for an address that a browser is started with, which every user of the
/// machine can read while the browser runs.
final class Ticket: Sendable {
    private let secret: Mutex<Secret?>

    init(_ secret: Secret = Secret()) { self.secret = Mutex(secret) }

    /// Nil once somebody used it.
    var text: String? { secret.withLock { $0?.text } }

    /// Whether `text` is it, the first time.
    func take(_ text: String) -> Bool {
        secret.withLock { secret in
            guard let own = secret, own.isSame(as: text) else { return false }
            secret = nil
            return true
        }
    }
}
