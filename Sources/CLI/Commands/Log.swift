import ArgumentParser
import Recipe
import Store

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Every change of what a model's name holds: when, what, and by which program.")
    @Argument(help: "A model, as 'checkpoints/model.safetensors' or just its name.") var model: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table(asJSON: json)
        try store.open().forEachEvent(of: model) { event in
            let program = event.executable.flatMap { $0.slashed.last }
            let number = { (version: Int?) in version.map { "v\($0)" } ?? "nothing" }
            table.row(
                "\(event.time.brief)  \(event.cause)  \(event.name)  \(number(event.previous)) -> \(number(event.version))"
                    + (event.sha256.map { "  \($0.autoV2)" } ?? "")
                    + (event.pid.map { "  \($0) \(program ?? "?")" } ?? ""),
                [
                    "time": .string(event.time.description), "recorded": .string(event.recorded.description),
                    "cause": .string(event.cause), "model": .string(event.name),
                    "version": .integer(orNull: event.version), "previous": .integer(orNull: event.previous),
                    "sha256": .string(orNull: event.sha256?.hex), "pid": .integer(orNull: event.pid),
                    "executable": .string(orNull: event.executable),
                ])
        }
        table.finish(empty: "Nothing has happened\(model.map { " to \($0)" } ?? "") yet.")
    }
}
