import Foundation
import Glibc
package import Synchronization
import Testing

/// A socket that listens where only this machine can reach it.
package enum Loopback {
    /// Gives `take` each connection, on a thread of its own, until nothing listens any more; `take` has to close it. No program that
    /// another test starts meanwhile holds it open.
    package static func serve(_ listener: CInt, _ take: @escaping @Sendable (_ client: CInt) -> Void) {
        Thread.detachNewThread {
            // Closed by who waits on it, or the number may soon be that of another server's.
            defer { close(listener) }
            while case let client = accept(listener, nil, nil), client >= 0 {
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                take(client)
            }
        }
    }

    package static func listen() throws -> (descriptor: CInt, port: UInt16) {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && Glibc.listen(listener, 16) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        try #require(isBound)
        return (listener, UInt16(bigEndian: address.sin_port))
    }
}

/// Something that listens on a port of its own and answers as it likes, until it is gone.
package final class HostileServer: Sendable {
    /// One connection, whose request was read.
    package struct Client {
        package let descriptor: CInt
        /// `GET /view?…`
        package let request: String
        /// By names in lower case.
        package let headers: [String: String]
        /// What came of the body with the head, if it is not read before the answer.
        package let start: [UInt8]

        /// False once the other end has hung up.
        @discardableResult
        package func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }
        @discardableResult
        package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        /// The length of the body, in bytes.
        package var length: Int { headers["content-length"].flatMap { Int($0) } ?? 0 }

        /// Gives the body as it comes; false if the other end hung up before its end.
        @discardableResult
        package func readBody(_ take: (ArraySlice<UInt8>) -> Void) -> Bool {
            var missing = length - start.count
            take(start[...])
            var buffer = [UInt8](repeating: 0, count: 65536)
            while missing > 0 {
                let count = recv(descriptor, &buffer, min(buffer.count, missing), 0)
                guard count > 0 else { return false }
                missing -= count
                take(buffer[..<count])
            }
            return true
        }

        package func answer(_ body: String, status: String = "200 OK", _ headers: String = "") {
            send(
                "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)Connection: close\r\n\r\n\(body)"
            )
        }

        /// From here on a WebSocket is spoken.
        package func acceptWebSocket() {
            let key = (headers["sec-websocket-key"] ?? "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
            send(
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: \(sha1(key).base64EncodedString())\r\n\r\n")
        }

        /// Sends the same again and again until the other end hangs up, or so many bytes were taken; says how many.
        package func flood(_ bytes: [UInt8], limit: Int = 1 << 30) -> Int {
            var sent = 0
            while sent < limit, send(bytes) { sent += bytes.count }
            return sent
        }
    }

    package let port: UInt16
    private let listener: CInt
    /// Every request, as it came.
    package let heard = Mutex<[String]>([])

    /// With `readsBodies`, `answer` is called when all of a request is there.
    package init(readsBodies: Bool = true, _ answer: @escaping @Sendable (Client) -> Void) throws {
        let (descriptor, port) = try Loopback.listen()
        listener = descriptor
        self.port = port
        Loopback.serve(descriptor) { [weak self] client in
            Thread.detachNewThread { [weak self] in
                defer { close(client) }
                guard let read = Self.read(client) else { return }
                self?.heard.withLock { $0.append(read.request) }
                guard !readsBodies || read.readBody({ _ in }) else { return }
                answer(read)
            }
        }
    }

    package var address: String { "http://127.0.0.1:\(port)" }

    private static func read(_ descriptor: CInt) -> Client? {
        var bytes: [UInt8] = []
        var head: Range<Int>?
        while head == nil {
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer.prefix(count)
            head = bytes.firstRange(of: Array("\r\n\r\n".utf8))
        }
        guard let head else { return nil }
        let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let words = lines[0].split(separator: " ")
        return Client(
            descriptor: descriptor, request: words.prefix(2).joined(separator: " "), headers: headers,
            start: Array(bytes[head.upperBound...]))
    }

    deinit {
        shutdown(listener, CInt(SHUT_RDWR))
    }
}

/// RFC 3174, for the handshake of a WebSocket alone.
func sha1(_ message: String) -> Data {
    var bytes = Array(message.utf8)
    let length = UInt64(bytes.count) * 8
    bytes.append(0x80)
    while bytes.count % 64 != 56 { bytes.append(0) }
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) }
    var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
    func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }
    for block in stride(from: 0, to: bytes.count, by: 64) {
        var words = (0..<16).map { index in
            (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[block + 4 * index + $1]) }
        }
        for index in 16..<80 {
            words.append(rotate(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1))
        }
        var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
        for index in 0..<80 {
            let (mix, key): (UInt32, UInt32) =
                switch index / 20 {
                case 0: (b & c | ~b & d, 0x5A82_7999)
                case 1: (b ^ c ^ d, 0x6ED9_EBA1)
                case 2: (b & c | b & d | c & d, 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            (e, d, c, b, a) = (d, c, rotate(b, 30), a, rotate(a, 5) &+ mix &+ e &+ key &+ words[index])
        }
        for (index, value) in [a, b, c, d, e].enumerated() { state[index] &+= value }
    }
    return Data(state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) } })
}
