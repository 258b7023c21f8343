import AsyncHTTPClient

/// One GET request, for servers other than ComfyUI.
package enum PlainHTTP {
    /// The body of an answer with status 200; for any other status, and if nothing answers, throws a sentence for people.
    package static func get(_ address: String) async throws -> [UInt8] {
        let exchange = Exchange(
            request: HTTPClientRequest(url: address), what: "GET \(address)", address: address, bounds: .document)
        let (status, body) = try await exchange.answer()
        guard status == 200 else { throw ComfyError.unexpected("GET \(address) gives \(status)") }
        return body
    }
}
