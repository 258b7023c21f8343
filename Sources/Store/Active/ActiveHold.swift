/// The right to show other models in `active/models` for a while. One run at a time has it, since each shows again afterwards what it found:
/// two at once would leave the models of one of them there. The kernel takes it back when the process ends.
package final class ActiveHold: Sendable {
    private let file: OwnedDescriptor

    fileprivate init(_ file: OwnedDescriptor) { self.file = file }

    /// Lets the next run begin.
    package func end() { Kernel.unlock(file) }
}

extension Store {
    /// Throws, with the name of the other process, while another run has it.
    package func holdActive() throws(StoreError) -> ActiveHold { ActiveHold(try StoreLease.active(path)) }
}
