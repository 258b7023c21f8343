/// How a registry is asked.
package struct RemoteOptions: Sendable {
    /// A file with certificates (PEM) of authorities that are trusted beside the system's.
    package var ca: String?
    /// No TLS, also to another machine. A password is not sent then.
    package var plainHTTP = false
    /// The largest blob that the registry takes, in bytes; nil: whatever it takes.
    package var maxBlob: Int?
    /// A blob up to this size is sent in one request, a larger one in requests of this size. Bytes.
    package var chunk = 64 << 20
    /// Requests at one time.
    package var connections = 8
    package var pace = Pace()
    package var proxies = Proxies()

    package init() {}
}
