import Foundation
import Store

/// Switches of `active/models` that mounts have seen when a call returns.
struct ActiveSwitch {
    /// How long a mount may take to say that it has seen a switch. Seconds; it looks ten times a second.
    private static let patience = 10.0

    let store: Store

    /// Waits until every mount has seen this generation. Returns the mounts.
    @discardableResult
    func acknowledged(_ generation: Int64) throws -> [MountRow] {
        let deadline = Date().addingTimeInterval(Self.patience)
        while true {
            let mounts = try store.mounts()
            if mounts.allSatisfy({ $0.acknowledged >= generation }) { return mounts }
            guard Date() < deadline else {
                let late = mounts.filter { $0.acknowledged < generation }.map(\.path).joined(separator: ", ")
                throw CommandFailure("the mount at \(late) has not seen the switch; is it stopped?")
            }
            usleep(20_000)
        }
    }
}
