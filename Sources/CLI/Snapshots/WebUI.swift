import Comfy
import Foundation
import Recipe
import Store

/// A running A1111 or Forge: the hashes that it has for its models now. Source: `GET /sdapi/v1/sd-models` and `/sdapi/v1/loras`.
struct WebUI: RecordSource {
    /// By kind and name: the SHA-256, or the digits of it that are known.
    private let hashes: [String: RecordedHash]

    /// Asks the server at `url`. Throws if it does not answer like A1111.
    init(_ url: URL) throws {
        var hashes: [String: RecordedHash] = [:]
        let models = try Self.get(url.appendingPathComponent("sdapi/v1/sd-models"))
        for model in models {
            guard let name = model["model_name"]?.string else { continue }
            let hash = model["sha256"]?.string ?? model["hash"]?.string
            hashes["checkpoints/" + name] = hash.flatMap { RecordedHash($0, .sha256) }
        }
        // A server without LoRAs lacks this route.
        for lora in (try? Self.get(url.appendingPathComponent("sdapi/v1/loras"))) ?? [] {
            let hash = lora["metadata"]?["sshs_model_hash"]?.string
            for name in [lora["name"]?.string, lora["alias"]?.string].compactMap({ $0 }) {
                hashes["loras/" + name] = hash.flatMap { RecordedHash($0, .tensors) }
            }
        }
        self.hashes = hashes
    }

    private static func get(_ url: URL) throws -> [JSON] {
        let address = url.absoluteString
        let body: [UInt8]
        do { body = try Blocking.run { try await PlainHTTP.get(address) } } catch ComfyError.absent {
            throw CommandFailure("\(address) does not answer")
        }
        guard let list = (try? JSONParser.parse(body))?.array else {
            throw CommandFailure("\(url.absoluteString) does not answer as A1111 or Forge do")
        }
        return list
    }

    func records(of imageName: String) -> [RecipeReader.Sidecar] { [] }

    func complete(_ recipe: Recipe) -> Recipe {
        guard recipe.generator.dialect == "a1111-infotext" else { return recipe }
        var recipe = recipe
        for index in recipe.models.indices {
            let reference = recipe.models[index].reference
            recipe.models[index].claim(hashes["\(reference.folder ?? "")/\(reference.name)"])
        }
        return recipe
    }
}
