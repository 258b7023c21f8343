/// The files of which a snapshot consists beside its models, inputs and nodes: their names in its directory, and in a pin's manifest.
package enum SnapshotFile: String, CaseIterable, Sendable {
    case document = "snapshot.json"
    case prompt = "prompt.json"
    case workflow = "workflow.json"
    case parameters = "parameters.txt"
    case records = "records.json"
    case environment = "environment.json"

    package var name: EntryName { EntryName(stringLiteral: rawValue) }
}
