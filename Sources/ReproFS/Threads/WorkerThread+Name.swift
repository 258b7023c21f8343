import Store

extension WorkerThread {
    /// Runs `body` on a new thread; if none can be started, the error names it.
    static func named(_ name: String, _ body: @escaping @Sendable () -> Void) throws(MountError) -> WorkerThread {
        do { return try WorkerThread(body) } catch {
            throw MountError("the thread '\(name)' cannot be started: \(error)")
        }
    }
}
