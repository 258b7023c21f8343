import Foundation
import Reach
import Recipe
import Remote
import Store
import Support
import Testing

@Suite struct `A manifest that says what cannot be` {
    let fixture: ReachFixture
    let whole: JSON

    init() async throws {
        fixture = try ReachFixture()
        let pushed = try await fixture.push()
        let registry = fixture.registry
        whole = try JSONParser.parse(try #require(registry.get { $0.manifests[pushed.manifest]?.bytes }))
    }

    /// The manifest with one member of the layer of the model changed, or its annotations.
    private func changed(_ change: (inout JSON.Object) -> Void) throws -> [UInt8] {
        var manifest = try #require(whole.object)
        let layers = try #require(manifest["layers"]?.array).map { layer -> JSON in
            guard layer["annotations"]?["reprofs.pieces"] != nil, var object = layer.object else { return layer }
            change(&object)
            return .object(object)
        }
        manifest["layers"] = .array(layers)
        return Array(JSON.object(manifest).canonical().utf8)
    }

    private func refusal(of bytes: [UInt8]) async throws -> String {
        fixture.registry.change { $0.putAside(bytes, as: "hostile") }
        let reads = fixture.registry.get(\.reads)
        let error = await #expect(throws: ReachError.self) { try await fixture.pull("hostile", as: "hostile") }
        // Nothing was fetched for it.
        #expect(fixture.registry.get(\.reads) == reads)
        #expect(try fixture.there.store.counts().blobs == 0)
        return error?.description ?? ""
    }

    @Test(arguments: ["models/../../../etc/passwd", "/..", "models/checkpoints/..", ""])
    func `has paths that lead out of the snapshot's directory`(path: String) async throws {
        let bytes = try changed { $0["annotations"] = ["org.cncf.model.filepath": .string(path)] }
        #expect(try await refusal(of: bytes).contains("1 of its files have paths or sizes"))
    }

    @Test(arguments: ["9223372036854775808", "18446744073709551616", "-1", "1.5", "9223372036854775807"])
    func `has sizes that no file has`(size: String) async throws {
        let bytes = try changed { $0["size"] = .number(.init(literal: size)) }
        let why = try await refusal(of: bytes)
        #expect(why.contains("sizes that no file can have") || why.contains("cannot be") || why.contains("two sizes"))
    }

    @Test func `has more layers than a snapshot has files`() async throws {
        var manifest = try #require(whole.object)
        let layers = try #require(manifest["layers"]?.array)
        manifest["layers"] = .array((0...PinManifest.mostLayers).map { _ in layers[0] })
        #expect(try await refusal(of: Array(JSON.object(manifest).canonical().utf8)).contains("more than 10000 files"))
    }

    @Test func `has a list of pieces of another length`() async throws {
        let bytes = try changed { $0["size"] = .integer(ReachFixture.size + PieceList.pieceSize) }
        #expect(try await refusal(of: bytes).contains("the length that its size asks for"))
    }

    @Test func `has the size of another file is found out before anything is taken`() async throws {
        let bytes = try changed { $0["size"] = .integer(ReachFixture.size - 1) }
        fixture.registry.change { $0.putAside(bytes, as: "hostile") }
        await #expect(throws: (any Error).self) { try await fixture.pull("hostile", as: "hostile") }
        #expect(try fixture.there.store.blob(fixture.digest) == nil)
        #expect(try fixture.there.store.pins(after: 0, limit: 9).isEmpty)
    }

    @Test func `has the list of the pieces of another file`() async throws {
        let other = ReachFixture.bytes(seed: 2)
        let hash = SHA256(keepsPieces: true)
        other.withUnsafeBytes { hash.update($0) }
        let list = try #require(hash.finishWithPieces().pieces).bytes
        fixture.registry.change { $0.blobs[SHA256.digest(of: list)] = list }
        let name = JSON.string("sha256:\(SHA256.digest(of: list).hex)")
        var manifest = try #require(
            try JSONParser.parse(
                try changed { layer in
                    var notes = layer["annotations"]?.object ?? .init()
                    notes["reprofs.pieces"] = name
                    layer["annotations"] = .object(notes)
                }
            ).object)
        let descriptor: JSON = [
            "mediaType": "application/vnd.reprofs.pieces.v1", "digest": name, "size": .integer(list.count),
            "annotations": ["org.cncf.model.filepath": ".reprofs/pieces/other"],
        ]
        manifest["layers"] = .array((manifest["layers"]?.array ?? []) + [descriptor])
        fixture.registry.change { $0.putAside(Array(JSON.object(manifest).canonical().utf8), as: "hostile") }
        let error = await #expect(throws: ReachError.self) { try await fixture.pull("hostile", as: "hostile") }
        #expect(error?.description.contains("is of another file") == true)
    }

    @Test func `is no snapshot's at all`() async throws {
        let other: JSON = ["schemaVersion": 2, "layers": []]
        #expect(try await refusal(of: Array(other.canonical().utf8)).contains("its manifest is of another kind"))
    }

    @Test func `stands for another snapshot than its tag says`() async throws {
        fixture.registry.change { $0.tags[RemoteTag.snapshot(SmallModel.digest(seed: 5))] = $0.tags["cover"] }
        let error = await #expect(throws: ReachError.self) {
            try await fixture.pull(SmallModel.digest(seed: 5).hex, as: nil)
        }
        #expect(error?.description.contains("its manifest is of another snapshot") == true)
    }

    @Test(arguments: ["", "a/b", "..", "s-", "sha256:12", "sha256:\(String(repeating: "0", count: 63))", "v1", "live"])
    func `is asked for by nothing that is no reference`(text: String) {
        #expect(PullReference(text) == nil || text == "s-")
    }
}
