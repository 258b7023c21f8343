package import Recipe
import Remote
package import Store

/// An image that the store does not know, as a remote knows it.
package struct FoundElsewhere: Sendable {
    /// The name of the remote.
    package let remote: String
    /// Its recipe. The grade is what it would be once the snapshot is here: its bytes here and there count.
    package let document: RecipeDocument
}

/// What came of asking remotes for an image.
package struct ImageSearch: Sendable {
    /// From the first remote that had it.
    package internal(set) var found: FoundElsewhere?
    /// Remotes that gave no answer which can be used, and why.
    package internal(set) var problems: [(remote: String, error: any Error)] = []
}

extension Reaching {
    /// How long a remote is waited for when somebody only looks at an image.
    package static let patience = Duration.seconds(10)

    /// Asks all remotes at once for the pin of an image, each by one request for the tag that the image's hash gives; the first that has it
    /// answers for all, and none is waited for longer than `limit`. Nothing is written.
    package static func find(
        image: Digest, in store: Store, waiting limit: Duration = patience
    ) async throws -> ImageSearch {
        var search = ImageSearch()
        let remotes = try store.remotes()
        guard !remotes.isEmpty else { return search }
        var waiting = Set(remotes.map(\.name))
        await withTaskGroup(of: (remote: String, outcome: Result<FoundElsewhere?, any Error>)?.self) { group in
            for row in remotes {
                group.addTask {
                    do {
                        return (row.name, .success(try await Reaching(store, row, pace: glance).look(for: image)))
                    } catch { return (row.name, .failure(error)) }
                }
            }
            group.addTask {
                try? await timers.sleep(for: limit)
                return nil
            }
            while !waiting.isEmpty, search.found == nil, let answer = await group.next(), let answer {
                waiting.remove(answer.remote)
                switch answer.outcome {
                case .success(let found): search.found = found
                case .failure(let error): search.problems.append((answer.remote, error))
                }
            }
            group.cancelAll()
        }
        try Task.checkCancellation()
        guard search.found == nil else { return search }
        search.problems += waiting.sorted().map { remote in
            (remote, ReachError.late(remote: remote, seconds: Int(limit.components.seconds)))
        }
        return search
    }

    /// One try, and no long wait: what is looked at can be looked at again.
    private static var glance: Pace {
        var pace = Pace()
        (pace.tries, pace.firstTries) = (1, 1)
        (pace.connect, pace.silence, pace.document) = (.seconds(4), .seconds(5), .seconds(10))
        return pace
    }

    private func look(for image: Digest) async throws -> FoundElsewhere? {
        let tag = RemoteTag.image(image)
        guard let found = try await repository.manifest(.tag(tag)) else { return nil }
        let manifest = try checked(found, tag)
        let document = try await document(of: manifest, image, tag)
        var texts: [SnapshotFile: [UInt8]] = [:]
        for layer in manifest.layers where layer.size <= Store.largestDocument {
            guard let file = SnapshotFile(rawValue: layer.path),
                [.prompt, .workflow, .parameters, .environment].contains(file)
            else { continue }
            texts[file] = try await bytes(PinManifest.Content(layer.digest, size: layer.size))
        }
        var served = Set(manifest.layers.map(\.digest))
        let uses = document.recipe.models.compactMap(\.resolution) + document.recipe.inputs.compactMap(\.resolution)
        for use in uses where try store.isServed(use.sha256) { served.insert(use.sha256) }
        let verdict = Verdict(document.recipe, made: document.image.time) { served.contains($0) ? .here : .nowhere }
        return FoundElsewhere(
            remote: remote.name,
            document: RecipeDocument(
                id: manifest.snapshot, snapshot: document, verdict: verdict, name: manifest.title,
                prompt: texts[.prompt], workflow: texts[.workflow], parameters: texts[.parameters],
                pixels: manifest.pixels, environment: texts[.environment].flatMap { try? JSONParser.parse($0) }))
    }
}
