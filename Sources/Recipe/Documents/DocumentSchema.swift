/// The values of the member `schema`: every JSON document that leaves the program has one of these names, and no two kinds of document
/// share one. `docs/schemas/` has a JSON Schema for each.
package enum DocumentSchema: String, Sendable, CaseIterable {
    // Documents that the store keeps and the views show.
    case recipe = "reprofs.recipe/1"
    case unreadable = "reprofs.unreadable/1"
    case snapshot = "reprofs.snapshot/1"
    case environment = "reprofs.environment/1"
    case certificate = "reprofs.certificate/1"
    // Documents that a mount writes and reads in `.reprofs`.
    case mount = "reprofs.mount/1"
    case whoami = "reprofs.whoami/1"
    case report = "reprofs.report/1"
    // What commands print with `--json`.
    case backup = "reprofs.backup/1"
    case copy = "reprofs.copy/1"
    case diff = "reprofs.diff/1"
    case evict = "reprofs.evict/1"
    case explain = "reprofs.explain/1"
    case export = "reprofs.export/1"
    case fetch = "reprofs.fetch/1"
    case forget = "reprofs.forget/1"
    case gc = "reprofs.gc/1"
    case lineage = "reprofs.lineage/1"
    case naming = "reprofs.naming/1"
    case pin = "reprofs.pin/1"
    case proofs = "reprofs.proofs/1"
    case pull = "reprofs.pull/1"
    case push = "reprofs.push/1"
    case rebuild = "reprofs.rebuild/1"
    case remoteCheck = "reprofs.remote-check/1"
    case restore = "reprofs.restore/1"
    case status = "reprofs.status/1"
    case unpin = "reprofs.unpin/1"
    case use = "reprofs.use/1"
    case verify = "reprofs.verify/1"
    // The rows of listings, which are arrays.
    case listedEvent = "reprofs.listed-event/1"
    case listedImage = "reprofs.listed-image/1"
    case listedLoad = "reprofs.listed-load/1"
    case listedModel = "reprofs.listed-model/1"
    case listedPin = "reprofs.listed-pin/1"
    case listedReading = "reprofs.listed-reading/1"
    case listedRemote = "reprofs.listed-remote/1"
    case listedSnapshot = "reprofs.listed-snapshot/1"
    case listedUsage = "reprofs.listed-usage/1"
    case listedVersion = "reprofs.listed-version/1"

    /// The value of the member `schema`.
    package var json: JSON { .string(rawValue) }

    /// A document of this kind: the name, then `members`.
    package func document(_ members: JSON) -> JSON {
        .object(JSON.Object([("schema", json)] + (members.object?.members ?? [])))
    }
}
