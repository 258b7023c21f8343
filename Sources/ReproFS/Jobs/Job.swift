/// Work that a server does on a thread of its own while it answers requests.
protocol Job: Sendable {
    func start() throws(MountError)
    /// Returns when it has stopped working.
    func stop()
}
