/// Something that a server does besides answering requests, on a thread of its own.
protocol Job: Sendable {
    func start() throws(MountError)
    /// Returns when it has stopped working.
    func stop()
}
