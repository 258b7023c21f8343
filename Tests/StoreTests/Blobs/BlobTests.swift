import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

@Suite struct `Serving a blob` {
    let fixture: StoreFixture
    let blob: Blob
    let file: FilePath

    init() throws {
        fixture = try StoreFixture()
        try fixture.add("checkpoints/model.safetensors", seed: 1)
        let digest = SmallModel.digest(seed: 1)
        blob = try fixture.blob(seed: 1)
        file = fixture.store.path.appending("blobs/sha256").appending(digest.hex)
    }

    private func overwrite(_ bytes: [UInt8]) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.string)
        let handle = try FileDescriptor.open(file, .writeOnly, options: [.truncate, .closeOnExec])
        try handle.closeAfter { _ = try handle.writeAll(bytes) }
    }

    @Test func `gives its bytes`() throws {
        #expect(try fixture.store.bytes(of: blob) == SmallModel.bytes(seed: 1))
    }

    @Test func `fails when the file is gone, and names the blob`() throws {
        try FileManager.default.removeItem(atPath: file.string)
        let error = #expect(throws: StoreError.self) { try fixture.store.contents(of: blob) }
        #expect(error?.description.contains(blob.digest.hex) == true)
    }

    @Test func `fails when the bytes are others of the same size`() throws {
        var bytes = SmallModel.bytes(seed: 1)
        bytes[2000] ^= 1
        try overwrite(bytes)
        #expect(throws: StoreError.self) { try fixture.store.contents(of: blob) }
    }

    @Test func `fails when the file is shorter`() throws {
        try overwrite(Array(SmallModel.bytes(seed: 1).dropLast()))
        #expect(throws: StoreError.self) { try fixture.store.contents(of: blob) }
    }

    @Test func `hashes again and goes on when only the file's times changed`() throws {
        try overwrite(SmallModel.bytes(seed: 1))
        #expect(try fixture.store.bytes(of: blob) == SmallModel.bytes(seed: 1))
    }

    @Test func `serves it again once the bytes are added again`() throws {
        try FileManager.default.removeItem(atPath: file.string)
        #expect(throws: StoreError.self) { try fixture.store.contents(of: blob) }
        try fixture.add("checkpoints/again.safetensors", seed: 1)
        #expect(try fixture.store.bytes(of: blob) == SmallModel.bytes(seed: 1))
    }

    @Test func `puts good bytes in the place of damaged ones of the same size`() throws {
        var bytes = SmallModel.bytes(seed: 1)
        bytes[2000] ^= 1
        try overwrite(bytes)
        #expect(throws: StoreError.self) { try fixture.store.contents(of: blob) }
        try fixture.add("checkpoints/again.safetensors", seed: 1)
        #expect(try fixture.store.bytes(of: blob) == SmallModel.bytes(seed: 1))
    }

    @Test func `lowers the grade of every image that it is lost to, and raises it again`() throws {
        let image = try fixture.image("a.png", SmallImage.graph())
        let id = try fixture.store.snapshot(image).id
        #expect(try fixture.recipe(id)["grade"]?["grade"] == "approximate")
        try FileManager.default.removeItem(atPath: file.string)
        #expect(throws: StoreError.self) { try fixture.store.contents(of: blob) }
        let lowered = try fixture.recipe(id)["grade"]
        #expect(lowered?["grade"] == "partial")
        #expect(lowered?["reasons"]?.array?.contains { $0["code"] == "model.damaged" } == true)
        try fixture.add("checkpoints/again.safetensors", seed: 1)
        #expect(try fixture.recipe(id)["grade"]?["grade"] == "approximate")
    }
}
