import ArgumentParser
import Recipe
import Store

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Show what is in the store.",
        subcommands: [
            ListModels.self, ListVersions.self, ListSnapshots.self, ListImages.self, ListLoads.self,
            ListPins.self,
        ])
}

struct ListModels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Every model and what it holds now.")
    @Flag(help: "Only models whose names hold nothing any more.") var deleted = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table(asJSON: json, of: .listedModel)
        try store.openToRead().forEachModel { model in
            guard (model.live == nil) == deleted else { return }
            let live = model.live.map { "v\($0)" } ?? "-"
            let size = model.size.map(Terminal.size) ?? "-"
            table.row(
                "\(model.sha256?.autoV2 ?? "-")  \(live) of \(model.versions)  \(size)  \(model.folder)/\(model.name)"
                    + (model.pickle.map { "  (\($0.warning))" } ?? ""),
                [
                    "folder": .string(model.folder), "name": .string(model.name), "versions": .integer(model.versions),
                    "live": .integer(orNull: model.live), "sha256": .string(orNull: model.sha256?.hex),
                    "size": .integer(orNull: model.size),
                    "pickle": model.pickle.map {
                        [
                            "imports": .array($0.names.map { .string($0) }),
                            "unusual": .array($0.unusual.map { .string($0) }), "complete": .bool($0.isComplete),
                            "torchScript": .bool($0.hasScript),
                        ]
                    } ?? .null,
                ])
        }
        table.finish(
            empty: deleted ? "No model was deleted." : "There are no models; add some with 'reprofs add'.")
    }
}

struct ListVersions: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "Every version of every model, or of one.")
    @Argument(help: "A model's file, 'folder/name', 'name', 'name@v2' or a hash.") var model: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table(asJSON: json, of: .listedVersion)
        let store = try store.openToRead()
        let show = { (version: VersionListing) in
            table.row(
                "\(version.recorded.brief)  \(version.sha256.autoV2)  \(Terminal.size(version.size))  "
                    + "\(version.folder)/\(version.name)  v\(version.number)\(version.isLive ? "  live" : "")"
                    + (version.dropped.map { "  collected on \($0.brief)" } ?? ""),
                [
                    "folder": .string(version.folder), "name": .string(version.name),
                    "version": .integer(version.number),
                    "live": .bool(version.isLive), "sha256": .string(version.sha256.hex),
                    "size": .integer(version.size),
                    "recorded": .string(version.recorded.description),
                    "collected": .string(orNull: version.dropped?.description),
                ])
        }
        if let model {
            try Naming(store).versions(model).versions.forEach(show)
        } else {
            try store.forEachVersion(of: nil, show)
        }
        table.finish(empty: "There are no versions; add models with 'reprofs add'.")
    }
}

struct ListSnapshots: AnswersInJSON {
    static let configuration = CommandConfiguration(commandName: "snapshots", abstract: "Every snapshot, oldest first.")
    @Option(help: "Only those that pin this model: its file, 'folder/name', 'name', 'name@v2' or a hash.") var uses:
        String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table(asJSON: json, of: .listedSnapshot)
        let store = try store.openToRead()
        let show = { (snapshot: SnapshotListing) in
            table.row(
                "\(snapshot.short)  \(snapshot.grade)  \(snapshot.models) models  \(snapshot.image)"
                    + (snapshot.isCurrent ? "" : "  superseded"),
                [
                    "id": .string(snapshot.id.hex), "name": .string(snapshot.short), "image": .string(snapshot.image),
                    "grade": .string(snapshot.grade.rawValue), "models": .integer(snapshot.models),
                    "recorded": .string(snapshot.recorded.description), "superseded": .bool(!snapshot.isCurrent),
                ])
        }
        guard let uses else {
            try store.forEachSnapshot(show)
            return table.finish(empty: "There are no snapshots; make some with 'reprofs snapshot'.")
        }
        try store.forEachSnapshot(using: try Naming(store).versions(uses).versions, show)
        table.finish(empty: "No snapshot uses \(uses).")
    }
}

struct ListImages: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "images", abstract: "Every image with its snapshot.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table(asJSON: json, of: .listedImage)
        try store.openToRead().forEachImage { image in
            table.row(
                "\(image.time.brief)  \(image.snapshot.hex.prefix(12))  \(image.grade)  \(image.path)",
                [
                    "path": .string(image.path), "sha256": .string(image.sha256.hex),
                    "snapshot": .string(image.snapshot.hex),
                    "grade": .string(image.grade.rawValue), "time": .string(image.time.description),
                ])
        }
        table.finish(empty: "There are no images; snapshot some with 'reprofs snapshot'.")
    }
}

struct ListLoads: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loads", abstract: "Which process opened which model through a mount, oldest first.",
        discussion: "Opens in a row that found the same bytes under the same name are one line, with their number.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table(asJSON: json, of: .listedLoad)
        try store.openToRead().forEachLoad { load in
            let program = load.opener.executable.flatMap { $0.slashed.last } ?? "?"
            let name = load.name.folder.isEmpty ? load.name.name : "\(load.name.folder)/\(load.name.name)"
            table.row(
                "\(load.last.brief)  \(load.opener.pid) \(program)  \(load.sha256.autoV2)  \(name)"
                    + (load.version.map { "  v\($0)" } ?? "") + "  \(load.name.view)"
                    + (load.opens > 1 ? "  \(load.opens) times" : ""),
                [
                    "process": .string(load.opener.identity), "pid": .integer(load.opener.pid),
                    "started": .string(load.opener.started.description),
                    "executable": .string(orNull: load.opener.executable), "view": .string(load.name.view),
                    "folder": .string(load.name.folder), "name": .string(load.name.name),
                    "sha256": .string(load.sha256.hex), "version": .integer(orNull: load.version),
                    "first": .string(load.first.description), "last": .string(load.last.description),
                    "opens": .integer(load.opens),
                ])
        }
        table.finish(empty: "No model was opened through a mount yet.")
    }
}
