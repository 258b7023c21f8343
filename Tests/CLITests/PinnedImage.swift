import Recipe
import Support
import SystemPackage
import Testing

/// A model of some MiB, of which the last is no whole one.
enum LargeModel {
    static let bytes = SmallModel.bytes(seed: 5, size: 9 << 19)
    static let digest = SHA256.digest(of: bytes)
}

extension CommandLineFixture {
    /// Pins an image as `cover` that was made with a model of some MiB, which has a list of pieces, and a small one. Returns the id of its
    /// snapshot, as it is shown.
    func pinImage() throws -> String {
        try directory.write(LargeModel.bytes, to: "models/checkpoints/model.safetensors")
        try directory.write(SmallModel.bytes(seed: 101), to: "models/loras/lora.safetensors")
        try #require(try run("add", directory.appending("models").string).status == 0)
        let id = String(try run("snapshot", try copyImage().string).output.prefix(12))
        try #require(try run("pin", id, "cover").status == 0)
        return id
    }
}
