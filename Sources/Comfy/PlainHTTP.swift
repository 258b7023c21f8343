import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One GET request, for servers that are no ComfyUI.
package enum PlainHTTP {
    /// How long an answer may take. Seconds.
    private static let patience: Int64 = 30
    /// The longest answer that is taken. Bytes.
    private static let limit = 256 << 20

    /// The body of an answer with status 200; nil for any other status, and where nothing answers.
    package static func get(_ address: String) async -> [UInt8]? {
        let request = HTTPClientRequest(url: address)
        guard let response = try? await ComfyServer.client.execute(request, timeout: .seconds(patience)),
            response.status == .ok, let body = try? await response.body.collect(upTo: limit)
        else { return nil }
        return Array(body.readableBytesView)
    }
}
