import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Recipe

/// The WebSocket on which a ComfyUI reports progress, and sends previews of images.
struct ComfySocket {
    /// The longest frame, and the longest message that is a picture. Bytes. Including what waits in the channel, at most four are held.
    static let frameLimit = 8 << 20
    /// The longest message that is text. Bytes.
    static let textLimit = 1 << 20

    enum Message: Sendable {
        case text(JSON)
        /// The file of a preview.
        case picture([UInt8])
    }

    /// How long the answer to the handshake may take.
    private static let handshakePatience = TimeAmount.seconds(10)

    /// Connects and passes every message to `body`, until the server closes or the task is cancelled. A longer frame or message ends
    /// the connection: progress is optional, and a server that floods is not listened to.
    static func listen(to server: ComfyServer, client: String, _ body: @Sendable (Message) -> Void) async throws {
        guard let url = URL(string: server.address), let host = url.host else { return }
        let isSecure = url.scheme == "https"
        let path = (url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path) + "/ws?clientId=\(client)"
        let port = url.port ?? (isSecure ? 443 : 80)
        let context = isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        let upgraded = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: host))
                    }
                    let upgraded = try Self.upgrade(channel, host: "\(host):\(port)", path: path)
                    // A server that answers differently, or never completely, is not read any further.
                    let deadline = channel.eventLoop.scheduleTask(in: handshakePatience) { channel.close(promise: nil) }
                    upgraded.whenComplete { result in
                        deadline.cancel()
                        guard case .success(.some) = result else { return channel.close(promise: nil) }
                    }
                    return upgraded
                }
            }
        guard let connection = try await upgraded.get() else { throw ComfyError.unexpected("/ws is not a WebSocket") }
        try await connection.executeThenClose { inbound, outbound in
            var bytes: [UInt8] = []
            var isText = false
            for try await frame in inbound {
                switch frame.opcode {
                case .ping:
                    try await outbound.write(
                        WebSocketFrame(fin: true, opcode: .pong, maskKey: .random(), data: frame.unmaskedData))
                case .connectionClose: return
                case .text, .binary:
                    isText = frame.opcode == .text
                    bytes = Array(frame.unmaskedData.readableBytesView)
                case .continuation: bytes += frame.unmaskedData.readableBytesView
                default: continue
                }
                let limit = isText ? textLimit : frameLimit
                guard bytes.count <= limit else { throw ComfyError.tooLong("/ws", limit: limit) }
                guard frame.fin else { continue }
                if let message = message(bytes, isText) { body(message) }
                bytes = []
            }
        }
    }

    private static func message(_ bytes: [UInt8], _ isText: Bool) -> Message? {
        isText ? (try? JSONParser.parse(bytes)).map { .text($0) } : picture(in: bytes).map { .picture($0) }
    }

    /// The picture in a binary message: of type 1 with its format before it, or of type 4 with a description. Nil for others. Source:
    /// ComfyUI's protocol.py and server.py.
    static func picture(in message: [UInt8]) -> [UInt8]? {
        func number(at offset: Int) -> Int { message[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) } }
        guard message.count > 8 else { return nil }
        switch number(at: 0) {
        case 1: return Array(message.dropFirst(8))
        case 4 where number(at: 4) < message.count - 8: return Array(message.dropFirst(8 + number(at: 4)))
        default: return nil
        }
    }

    private typealias Connection = NIOAsyncChannel<WebSocketFrame, WebSocketFrame>

    private static func upgrade(
        _ channel: any Channel, host: String, path: String
    ) throws -> EventLoopFuture<Connection?> {
        let upgrader = NIOTypedWebSocketClientUpgrader<Connection?>(maxFrameSize: frameLimit) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                let pressure = NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark(
                    lowWatermark: 1, highWatermark: 2)
                return try Connection(
                    wrappingChannelSynchronously: channel, configuration: .init(backPressureStrategy: pressure))
            }
        }
        var headers = HTTPHeaders()
        headers.add(name: "Host", value: host)
        headers.add(name: "Content-Length", value: "0")
        let configuration = NIOTypedHTTPClientUpgradeConfiguration(
            upgradeRequestHead: HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers),
            upgraders: [upgrader]
        ) { channel in channel.eventLoop.makeCompletedFuture { nil } }
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(upgradeConfiguration: configuration))
    }
}
