import HTTPTypes

extension HTTPField.Name {
    static let secFetchSite = named("sec-fetch-site")
    /// A second `Host`: the first one has become the request's authority.
    static let secondHost = named("host")
    static let reprofs = named("x-reprofs")
    static let referrerPolicy = named("referrer-policy")
    static let crossOriginOpenerPolicy = named("cross-origin-opener-policy")
    static let xFrameOptions = named("x-frame-options")
    static let permissionsPolicy = named("permissions-policy")
    static let lastEventID = named("last-event-id")

    private static func named(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("'\(name)' is not the name of a field") }
        return name
    }
}
