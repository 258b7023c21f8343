import Recipe
import Store

/// The texts that can be had with an image, as they came or as the store tells them.
enum ImageText: String, CaseIterable, Sendable {
    case recipe = "recipe.json"
    case card = "recipe.txt"
    case workflow = "workflow.json"
    case prompt = "prompt.json"
    case parameters = "parameters.txt"

    /// What a person calls it.
    var words: String {
        switch self {
        case .recipe: "recipe"
        case .card: "recipe as a text"
        case .workflow: "workflow"
        case .prompt: "prompt that ran"
        case .parameters: "parameters"
        }
    }

    var type: String {
        switch self {
        case .recipe, .workflow, .prompt: "application/json"
        case .card, .parameters: "text/plain; charset=utf-8"
        }
    }

    func isIn(_ snapshot: SnapshotRow) -> Bool {
        switch self {
        case .recipe, .card: true
        case .workflow: snapshot.workflow != nil
        case .prompt: snapshot.prompt != nil
        case .parameters: snapshot.parameters != nil
        }
    }

    /// Nil where the image has none.
    func read(_ id: Digest, in store: Store) throws -> [UInt8]? {
        guard let row = try store.snapshot(ofImage: id) else {
            throw StoreError.notFound("the image \(id.hex.prefix(12))")
        }
        switch self {
        case .recipe: return try store.rendering(.json, of: row.id, named: row.imageName).bytes
        case .card: return try store.rendering(.card, of: row.id, named: row.imageName).bytes
        case .workflow: return try row.workflow.map { try store.bytes(of: $0) }
        case .prompt: return try row.prompt.map { try store.bytes(of: $0) }
        case .parameters: return try row.parameters.map { try store.bytes(of: $0) }
        }
    }
}
