import HTTPTypes
import Hummingbird
import NIOCore
import Recipe

extension Response {
    init(text: String, type: String = "text/plain; charset=utf-8") {
        self.init(bytes: Array(text.utf8), type: type)
    }

    init(bytes: [UInt8], type: String) {
        self.init(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    init(json: JSON) { self.init(text: json.canonical(), type: "application/json") }

    /// A file to be kept, which no browser shows. `name` is what the person finds it as.
    init(download bytes: [UInt8], type: String, named name: String) {
        self.init(bytes: bytes, type: type)
        headers[.contentDisposition] = "attachment; filename*=UTF-8''\(Address.encoded(name))"
    }
}

extension Request {
    /// The answer, unless the browser has these bytes already.
    func answer(_ tag: String, _ make: () async throws -> Response) async rethrows -> Response {
        let tag = "\"\(tag)\""
        let known = headers[values: .ifNoneMatch].joined(separator: ",").split(separator: ",")
        if known.contains(where: { $0.drop { $0 == " " } == tag }) {
            return Response(status: .notModified, headers: [.eTag: tag])
        }
        var response = try await make()
        response.headers[.eTag] = tag
        return response
    }
}
