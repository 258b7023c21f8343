import ArgumentParser
import Recipe
import Store

struct LogCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Every change of what a model's name holds: when, what, and by which program.")
    @Argument(help: "A model's file, 'folder/name', 'name', 'name@v2' or a hash.", completion: Offers.model) var model:
        String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table([.left, .left, .left, .left, .left], asJSON: json, of: .listedEvent)
        let store = try store.openToRead()
        let found = try model.map { try Naming(store).model($0) }
        let numbers = found.flatMap { $0.isNumbered ? Set($0.versions.map(\.number)) : nil }
        try store.forEachEvent(of: found?.versions[0].fullName) { event in
            // For one version: when it came and when it went.
            if let numbers {
                guard [event.version, event.previous].contains(where: { $0.map(numbers.contains) == true }) else {
                    return
                }
            }
            let program = event.executable.flatMap { $0.slashed.last }
            let number = { (version: Int?) in version.map { "v\($0)" } ?? "nothing" }
            table.row(
                "\(event.time.local)", "\(event.cause)", "\(number(event.previous)) -> \(number(event.version))",
                Line(event.sha256?.autoV2 ?? ""), Line(event.pid.map { "\($0) \(program ?? "?")" } ?? ""),
                "\(event.name)",
                json: [
                    "time": .string(event.time.description), "recorded": .string(event.recorded.description),
                    "cause": .string(event.cause), "model": .string(event.name),
                    "version": .integer(orNull: event.version), "previous": .integer(orNull: event.previous),
                    "sha256": .string(orNull: event.sha256?.hex), "pid": .integer(orNull: event.pid),
                    "executable": .string(orNull: event.executable),
                ])
        }
        table.finish(empty: "Nothing has happened yet.")
    }
}
