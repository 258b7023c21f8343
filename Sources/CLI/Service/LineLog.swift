import Logging
import Recipe

/// The log of a mount on standard error: one line for each message, whatever it contains.
struct LineLog: LogHandler {
    private var handler: StreamLogHandler

    init(label: String) { handler = .standardError(label: label) }

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
        var event = event
        event.message = "\(event.message.description.onOneLine)"
        handler.log(event: event)
    }
}
