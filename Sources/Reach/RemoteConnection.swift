import Recipe
package import Remote
package import Store

/// How a remote is spoken to, as the catalogue keeps it.
package struct RemoteFacts: Sendable, Equatable {
    /// A file with further certificate authorities.
    package var ca: String?
    /// Without TLS.
    package var plainHTTP = false
    /// The largest blob that it takes, and of how much one request consists at most; nil for the usual. Bytes.
    package var maxBlob: Int?, chunk: Int?
    /// How many requests are made at a time; nil for the usual.
    package var connections: Int?

    package init() {}

    /// Reads ``text``; what cannot be read is as usual.
    package init(_ text: String) {
        guard let json = try? JSONParser.parse(text) else { return }
        func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
            json[name]?.number?.int.flatMap { range.contains($0) ? $0 : nil }
        }
        ca = json["ca"]?.string
        plainHTTP = json["plainHTTP"]?.bool ?? false
        maxBlob = number("maxBlob", Self.blobLimits)
        chunk = number("chunk", Self.chunks)
        connections = number("connections", Self.connectionCounts)
    }

    /// What a request may consist of. Bytes.
    package static let chunks = 1 << 20...1 << 30
    /// What the largest blob can be. Bytes.
    package static let blobLimits = PartedRepository.limits
    package static let connectionCounts = 1...64

    /// As JSON.
    package var text: String {
        var object = JSON.Object()
        object["ca"] = ca.map { .string($0) }
        if plainHTTP { object["plainHTTP"] = .bool(true) }
        object["maxBlob"] = maxBlob.map { .integer($0) }
        object["chunk"] = chunk.map { .integer($0) }
        object["connections"] = connections.map { .integer($0) }
        return JSON.object(object).canonical()
    }

    var options: RemoteOptions {
        var options = RemoteOptions()
        options.ca = ca
        options.plainHTTP = plainHTTP
        if let chunk { options.chunk = chunk }
        if let connections { options.connections = connections }
        return options
    }
}

extension Reaching {
    /// A remote as its row says, asked with this patience. Nobody is asked yet.
    package init(
        _ store: Store, _ remote: RemoteRow, pace: Pace = Pace(),
        _ show: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws {
        let address = try RemoteAddress(remote.url)
        let facts = RemoteFacts(remote.facts)
        var options = facts.options
        options.pace = pace
        var neighbours: [String: String] = [:]
        for other in try store.remotes() where other.id != remote.id && address.kind == .registry {
            guard let near = try? RemoteAddress(other.url), near.kind == .registry, near.registry == address.registry,
                near.path != address.path
            else { continue }
            neighbours[other.name] = near.path
        }
        self.init(
            store, remote, try address.repository(options), connections: options.connections, maxBlob: facts.maxBlob,
            neighbours: neighbours, show)
    }

    /// Gives a remote a name. Throws if it answers what no remote answers, such as a refusal; a repository that does not exist yet answers
    /// that it has nothing. One that does not answer now gets its name, too: returns why it does not, after a few seconds.
    package static func add(
        _ name: String, _ url: String, _ facts: RemoteFacts, to store: Store
    ) async throws -> String? {
        let address = try RemoteAddress(url)
        try store.requireFree(remoteName: name)
        var options = facts.options
        options.pace = .brief
        var problem: String?
        do { try await address.repository(options).greet() } catch let error as RemoteError where error.mayPass {
            problem = error.sentence
        }
        try store.addRemote(name, url: address.description, facts: facts.text)
        return problem
    }
}

extension Pace {
    /// For one look at whether somebody answers at all.
    fileprivate static var brief: Pace {
        var pace = Pace()
        (pace.tries, pace.firstTries) = (1, 1)
        (pace.connect, pace.silence, pace.document) = (.seconds(3), .seconds(4), .seconds(5))
        return pace
    }
}
