import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `InvokeAI's database` {
    let fixture: StoreFixture
    init() throws { fixture = try StoreFixture() }

    private func database(_ images: [(String, String?)], models: [String] = []) throws -> FilePath {
        let root = fixture.directory.appending("invokeai")
        try fixture.directory.write([], to: "invokeai/databases/invokeai.db")
        let queue = try DatabaseQueue(path: root.appending("databases").appending("invokeai.db").string)
        try queue.write { db in
            try db.execute(
                sql:
                    "CREATE TABLE images (image_name TEXT PRIMARY KEY, metadata TEXT); CREATE TABLE models (id TEXT, config TEXT)"
            )
            for (name, metadata) in images {
                try db.execute(sql: "INSERT INTO images VALUES (?, ?)", arguments: [name, metadata])
            }
            for config in models { try db.execute(sql: "INSERT INTO models VALUES ('x', ?)", arguments: [config]) }
        }
        return root
    }

    private func recipe(_ root: FilePath, _ name: String) throws -> JSON {
        let image = try fixture.directory.write(SmallImage.infotext(name), to: "output/" + name)
        let source = try #require(try InvokeDatabase(root))
        let results = try fixture.store.commit([try fixture.store.prepare(image, sources: [source])])
        return try fixture.recipe(try #require(results.first).id)
    }

    static let metadata =
        #"{"generation_mode": "txt2img", "positive_prompt": "a cat", "seed": 9, "steps": 3, "model": {"name": "SDXL Base", "base": "sdxl", "type": "main", "hash": null}}"#

    @Test func `gives the metadata of an image that has none, and the file behind a model's title`() throws {
        try fixture.add("checkpoints/sd_xl.safetensors", seed: 4)
        let root = try database(
            [("a.png", Self.metadata), ("b.png", nil)],
            models: [
                #"{"name": "SDXL Base", "path": "sdxl/main/sd_xl.safetensors", "hash": "blake3:\#(String(repeating: "ab", count: 32))"}"#,
                "broken",
            ])
        let found = try recipe(root, "a.png")
        #expect(found["generator"]?["name"] == "InvokeAI")
        #expect(found["passes"]?.array?.first?["seed"] == 9)
        let model = found["models"]?.array?.first
        #expect(model?["name"] == "sd_xl.safetensors" && model?["sha256"]?.string == SmallModel.digest(seed: 4).hex)
        // What the database says of a model today is a claim on what was used then.
        #expect(model?["recorded"]?.array?.first?["trust"] == "claimed")
        #expect(try recipe(root, "b.png")["generator"]?["name"] == .null)
        #expect(try recipe(root, "c.png")["generator"]?["name"] == .null)
    }

    @Test func `is refused where it is none`() throws {
        let other = try fixture.directory.write(Array("no database".utf8), to: "other.db")
        #expect(try InvokeDatabase(other) == nil)
        #expect(try InvokeDatabase(fixture.directory.appending("nowhere")) == nil)
        #expect(try InvokeDatabase(fixture.store.path.appending("catalogue.sqlite")) == nil)
    }
}
