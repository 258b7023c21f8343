/// How a registry is asked.
package struct RemoteOptions: Sendable {
    /// A file with certificates (PEM) of authorities that are trusted beside the system's.
    package var ca: String?
    /// No TLS, also to another machine. A password is not sent then.
    package var plainHTTP = false
    /// A blob up to this size is sent in one request, a larger one in requests of this size. Bytes.
    package var chunk = 64 << 20
    /// Requests at one time.
    package var connections = 8
    /// More tags are not taken, nor more pages of them: a registry could go on for ever.
    package var mostTags = 100_000
    package var mostPages = 1000
    package var pace = Pace()
    package var proxies = Proxies()

    package init() {}
}
