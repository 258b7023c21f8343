/// Something that a server does beside answering requests, on a thread of its own.
protocol Job: Sendable {
    func start() throws(MountError)
    /// Returns when it does nothing any more.
    func stop()
}
