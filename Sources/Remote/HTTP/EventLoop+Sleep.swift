import AsyncHTTPClient
package import NIOCore

extension EventLoop {
    /// Waits by the loop's own timer. Swift's own sleep needs a thread of the pool that all tasks of the process share, and whatever blocks
    /// those threads would keep a reader from its bytes.
    package func sleep(for duration: Duration) async throws {
        let timer = scheduleTask(in: TimeAmount(duration)) {}
        do {
            try await withTaskCancellationHandler {
                try await timer.futureResult.get()
            } onCancel: {
                timer.cancel()
            }
        } catch { throw CancellationError() }
    }
}

/// The loop whose timers are waited for: one of those on which the requests run.
package var timers: any EventLoop { HTTPClient.defaultEventLoopGroup.any() }
