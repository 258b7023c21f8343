import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One request and its answer, with a limit for everything: headers (NIO stops at 256 of them and at 2 MiB), body, silence and duration. A
/// redirect is never followed, not even to the same host: only the server that the user named is contacted.
package struct Exchange {
    /// How long and how large an answer may be.
    package struct Bounds: Sendable {
        /// The size of the body. Bytes.
        package var size: Int
        /// Seconds from the request to the end of the answer.
        package var time: Int
        /// Seconds until the answer begins.
        package var silence: Int

        package init(size: Int, time: Int, silence: Int = 60) {
            self.size = size
            self.time = time
            self.silence = silence
        }

        /// A document. JSON takes up to a hundred times its length in memory, but never more than JSONParser allows.
        package static let document = Bounds(size: 16 << 20, time: 120)
        /// A file that a run made.
        package static let file = Bounds(size: 256 << 20, time: 900)
    }

    let request: HTTPClientRequest
    /// The request, for people: `GET /view`.
    let what: String
    /// The server's address as it was given.
    let address: String
    let bounds: Bounds

    /// A server that is gone is to be noticed soon. Lives as long as the process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = .seconds(60)
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    func answer() async throws -> (status: UInt, body: [UInt8]) {
        do {
            return try await withThrowingTaskGroup(of: (UInt, [UInt8])?.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await take() }
                group.addTask {
                    try await Task.sleep(for: .seconds(bounds.time))
                    return nil
                }
                guard let first = try await group.next(), let answer = first else {
                    throw ComfyError.endless(what, seconds: bounds.time)
                }
                return answer
            }
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch let error as HTTPClientError where [.readTimeout, .deadlineExceeded].contains(error) {
            throw ComfyError.silent(bounds.silence)
        } catch let error as HTTPParserError {
            throw ComfyError.unexpected("its answer to \(what) is not valid HTTP (\(error))")
        } catch let error as ComfyError { throw error } catch let error as CancellationError { throw error } catch {
            throw ComfyError.absent(address)
        }
    }

    private func take() async throws -> (UInt, [UInt8]) {
        let response = try await Self.client.execute(request, timeout: .seconds(Int64(bounds.silence)))
        if (300..<400).contains(response.status.code), let target = response.headers.first(name: "Location") {
            throw ComfyError.elsewhere(from: address, to: target)
        }
        let claimed = response.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        guard claimed <= bounds.size else { throw ComfyError.tooLong(what, limit: bounds.size) }
        var body: [UInt8] = []
        for try await part in response.body {
            guard body.count + part.readableBytes <= bounds.size else {
                throw ComfyError.tooLong(what, limit: bounds.size)
            }
            body.append(contentsOf: part.readableBytesView)
        }
        // A cancelled answer ends like a complete one.
        try Task.checkCancellation()
        return (response.status.code, body)
    }
}
