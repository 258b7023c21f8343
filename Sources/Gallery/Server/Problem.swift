import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Recipe
import Reproduction
import Store

/// Why a request got nothing: a status for programs, and a sentence for a person.
struct Problem: Error {
    let status: HTTPResponse.Status
    let sentence: String

    init(_ status: HTTPResponse.Status, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }

    /// The answer to any failure.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case is StorePool.Busy:
            self.init(.serviceUnavailable, "More is being asked than can be answered. Try again in a moment.")
        case is NIOTooManyBytesError: self.init(.contentTooLarge, "More was sent than this can be.")
        // The head of a request that cannot be read never gets here; its body may.
        case is HTTPParserError: self.init(.badRequest, "What was sent with the request cannot be read.")
        case StoreError.notFound(let what): self.init(.notFound, "\(what) is not in the store.")
        case StoreError.refusedName(let why): self.init(.badRequest, "\(why).")
        case StoreError.conflict(let what): self.init(.conflict, "\(what).")
        case let error as ReproductionError: self.init(.conflict, "\(error).")
        case is VariationError, is UnknownModel: self.init(.badRequest, "\(error).")
        case let error as StoreError: self.init(.internalServerError, "\(error).")
        case let error as HTTPError where error.status == .notFound: self = .nothingHere
        case let error as HTTPError: self.init(error.status, error.body ?? "The request was not understood.")
        case let error as any CustomStringConvertible: self.init(.internalServerError, "\(error).")
        default: self.init(.internalServerError, "Something went wrong that has no name.")
        }
    }

    static let nothingHere = Problem(.notFound, "There is nothing at this address.")

    func response(asPage: Bool) -> Response {
        var response: Response
        if asPage {
            response =
                Page(title: "\(status.code)", section: nil) {
                    tag("section", .class("problem")) {
                        tag("h1") { status.code == 404 ? "Not here" : "This did not work" }
                        tag("p") { sentence.capitalized }
                        if status != .unauthorized { tag("p") { tag("a", .href(Address("/"))) { "To the library" } } }
                    }
                }.response
        } else {
            response = Response(text: sentence.capitalized + "\n")
        }
        response.status = status
        if status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
        return response
    }
}

extension String {
    /// With its first letter large, as a sentence has it.
    var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
