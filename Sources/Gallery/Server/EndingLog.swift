import Logging

/// The log of a server that is ended by cancelling its task: it takes that for an error, and says so. What a cancelled task says is only
/// that it ends.
struct EndingLog: LogHandler {
    var handler: any LogHandler

    var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) {
        guard !Task.isCancelled else { return }
        handler.log(event: event)
    }
}
