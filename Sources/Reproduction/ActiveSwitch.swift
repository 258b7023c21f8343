import Foundation
package import Store

/// Waits until mounts show a switch of `active/models`.
package struct ActiveSwitch {
    /// How long a mount may take to confirm a switch. Seconds; it checks ten times a second.
    private static let patience = 10.0

    private let store: Store

    package init(_ store: Store) { self.store = store }

    /// Waits until every mount shows this generation. Returns the mounts.
    @discardableResult
    package func acknowledged(_ generation: Int64) throws -> [MountRow] {
        let deadline = Date().addingTimeInterval(Self.patience)
        while true {
            let mounts = try store.mounts()
            if mounts.allSatisfy({ $0.acknowledged >= generation }) { return mounts }
            guard Date() < deadline else {
                let late = mounts.filter { $0.acknowledged < generation }.map(\.path).joined(separator: ", ")
                throw ReproductionError("the mount at \(late) has not seen the switch; is it stopped?")
            }
            usleep(20_000)
        }
    }
}
