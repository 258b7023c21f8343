import ArgumentParser
import Recipe
import Store
import Synchronization
import SystemPackage

struct ReadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Show what files say of how they were made; no store is needed.",
        discussion: "Nothing is kept, and no model is looked up: 'snapshot' does that.")

    @Argument(help: "Images, films, sounds, models, texts, or directories of them.", completion: .file())
    var files: [String]
    @Flag(help: "Print JSON.") var json = false

    /// The known node classes: no store is needed, but an existing one may know more.
    private static let classes =
        (try? StoreOption.parse([]).resolved).map { KnownClasses.table(ofStore: $0) } ?? .builtIn

    /// How many files are read before they are printed, in order.
    private static let batch = 8192

    func run() throws {
        var table = Table([.left], asJSON: json, of: .listedReading)
        var counts = (done: 0, failed: 0)
        var paths: [FilePath] = []
        for given in files {
            let path = try Paths.located(given)
            paths += Paths.isDirectory(path) ? try ImageFiles.under(path).images : [path]
        }
        for start in stride(from: 0, to: paths.count, by: Self.batch) {
            for result in read(Array(paths[start..<min(start + Self.batch, paths.count)])) {
                switch result {
                case .success(let row):
                    table.row(row)
                    counts.done += 1
                case .failure(let error):
                    Terminal.complain(error)
                    counts.failed += 1
                }
            }
        }
        table.finish(empty: "There are no such files.")
        if counts.failed > 0 { throw counts.done > 0 ? ExitCode.someFailed : ExitCode.failure }
    }

    /// A row for each file, in order; all processors read.
    private func read(_ paths: [FilePath]) -> [Result<Table.Row, StoreError>] {
        let shares = Mutex<[Int: [Result<Table.Row, StoreError>]]>([:])
        // A worker takes some files at a time, so that the workers rarely wait for each other.
        Workers.forEach(of: paths.count, share: 32) { places in
            let rows = paths[places].map(row)
            shares.withLock { $0[places.lowerBound] = rows }
        }
        return shares.withLock { shares in shares.sorted { $0.key < $1.key }.flatMap(\.value) }
    }

    private func row(_ path: FilePath) -> Result<Table.Row, StoreError> {
        do throws(StoreError) {
            let reading = try RecipeFile.read(path, classes: Self.classes)
            return .success(json ? .json(Self.json(reading, path).compact()) : .cells(Self.cells(reading, path)))
        } catch { return .failure(error) }
    }

    private static func cells(_ reading: RecipeReader.Reading, _ file: FilePath) -> [Line] {
        let recipe = reading.recipe
        let pass = recipe.passes.first
        let facts = [
            pass?.seed.map { "seed \($0.literal)" }, pass?.steps.map { "\($0.literal) steps" }, pass?.sampler,
            recipe.models.first?.reference.name,
        ].compactMap { $0 }
        return ["\(file)", Line(([recipe.generator.name ?? "no recipe"] + facts).joined(separator: "  "))]
    }

    private static func json(_ reading: RecipeReader.Reading, _ file: FilePath) -> JSON {
        let recipe = reading.recipe
        return [
            "schema": DocumentSchema.listedReading.json, "file": .string(file.string),
            "mediaType": .string(reading.metadata.mediaType),
            "generator": recipe.generator.json, "passes": .array(recipe.passes.map(\.json)),
            "models": .array(recipe.models.map(\.json)), "inputs": .array(recipe.inputs.map(\.json)),
            "findings": .array(
                recipe.findings.map { ["code": .string($0.code.rawValue), "message": .string($0.message)] }),
        ]
    }
}
