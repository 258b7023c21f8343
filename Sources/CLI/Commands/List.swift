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
        commandName: "models", abstract: "List every model and the version that it holds now.")
    @OptionGroup var which: ListOptions
    @Option(
        help: "Only models that no name got, no mount saw opened and no image was made with for this long: 90d, 12h.")
    var unused: Age?
    @Flag(help: "Only models whose names no longer hold anything.") var deleted = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table([.left, .left, .right], asJSON: json, of: .listedModel)
        var filter = ModelFilter()
        filter.text = which.text
        filter.since = which.since?.time
        filter.limit = which.limit
        filter.unusedSince = unused?.ago
        filter.isDeleted = deleted
        try store.openToRead().forEachModel(filter) { model in
            let live = model.live.map { "v\($0)" } ?? "-"
            table.row(
                Line(model.sha256?.autoV2 ?? "-"), "\(live) of \(model.versions)", Line(model.size?.asSize ?? "-"),
                "\(model.folder)/\(model.name)\(model.pickle.map { "  (\($0.warning))" } ?? "", .doubtful)",
                json: [
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
            empty: which.isAll && unused == nil
                ? deleted
                    ? "No model was deleted." : "There are no models; add some with '\(ShellCommand.reprofs("add"))'."
                : "No model matches.")
    }
}

struct ListVersions: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "Every version of every model, or of one.")
    @Argument(help: "A model's file, 'folder/name', 'name', 'name@v2' or a hash.", completion: Offers.model) var model:
        String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table([.left, .left, .right, .right, .left], asJSON: json, of: .listedVersion)
        let store = try store.openToRead()
        let show = { (version: VersionListing) in
            table.row(
                "\(version.recorded.local)", "\(version.sha256.autoV2)", "\(version.size.asSize)", "v\(version.number)",
                version.isLive ? "\("live", .good)" : version.dropped == nil ? "" : "\("collected", .faint)",
                Line(version.fullName + (version.dropped.map { "  collected on \($0.local)" } ?? "")),
                json: [
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
        table.finish(empty: "There are no versions; add models with '\(ShellCommand.reprofs("add"))'.")
    }
}

struct ListSnapshots: AnswersInJSON {
    static let configuration = CommandConfiguration(commandName: "snapshots", abstract: "Every snapshot, oldest first.")
    @OptionGroup var which: ListOptions
    @OptionGroup var images: ImageListOptions
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table([.left, .left, .right], asJSON: json, of: .listedSnapshot)
        let store = try store.openToRead()
        try store.forEachSnapshot(try images.filter(which, store)) { snapshot in
            table.row(
                "\(snapshot.short)", "\(snapshot.grade)", Line(snapshot.models.of("model")),
                "\(snapshot.image)\(snapshot.supersededBy.map { "  superseded by \($0.hex.prefix(12))" } ?? "", .faint)",
                json: [
                    "id": .string(snapshot.id.hex), "name": .string(snapshot.short), "image": .string(snapshot.image),
                    "grade": .string(snapshot.grade.rawValue), "models": .integer(snapshot.models),
                    "recorded": .string(snapshot.recorded.description),
                    "superseded": .bool(snapshot.supersededBy != nil),
                    "supersededBy": .string(orNull: snapshot.supersededBy?.hex),
                ])
        }
        table.finish(
            empty: which.isAll && images.isAll
                ? "There are no snapshots; make some with '\(ShellCommand.reprofs("snapshot"))'."
                : "No snapshot matches.")
    }
}

struct ListImages: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "images", abstract: "Every image with its snapshot, oldest first.")
    @OptionGroup var which: ListOptions
    @OptionGroup var images: ImageListOptions
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table([.left, .left, .left], asJSON: json, of: .listedImage)
        let store = try store.openToRead()
        try store.forEachImage(try images.filter(which, store)) { image in
            table.row(
                "\(image.time.local)", "\(image.snapshot.hex.prefix(12))", "\(image.grade)", "\(image.path)",
                json: [
                    "path": .string(image.path), "sha256": .string(image.sha256.hex),
                    "snapshot": .string(image.snapshot.hex),
                    "grade": .string(image.grade.rawValue), "time": .string(image.time.description),
                ])
        }
        table.finish(
            empty: which.isAll && images.isAll
                ? "There are no images; snapshot some with '\(ShellCommand.reprofs("snapshot"))'." : "No image matches."
        )
    }
}

struct ListLoads: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loads", abstract: "Which process opened which model through a mount, oldest first.",
        discussion: "Consecutive opens of the same bytes under the same name are one line, with their number.")
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        var table = Table([.left, .right, .left, .left, .left, .right, .left], asJSON: json, of: .listedLoad)
        try store.openToRead().forEachLoad { load in
            let program = load.opener.executable.flatMap { $0.slashed.last } ?? "?"
            let name = load.name.folder.isEmpty ? load.name.name : "\(load.name.folder)/\(load.name.name)"
            table.row(
                "\(load.last.local)", "\(load.opener.pid)", "\(program)", "\(load.sha256.autoV2)", "\(load.name.view)",
                load.opens > 1 ? "\(load.opens.of("time"))" : "", Line(load.version.map { "v\($0)" } ?? ""),
                "\(name)",
                json: [
                    "process": .string(load.opener.identity), "pid": .integer(load.opener.pid),
                    "started": .string(load.opener.started.description),
                    "executable": .string(orNull: load.opener.executable), "view": .string(load.name.view),
                    "folder": .string(load.name.folder), "name": .string(load.name.name),
                    "sha256": .string(load.sha256.hex), "version": .integer(orNull: load.version),
                    "first": .string(load.first.description), "last": .string(load.last.description),
                    "opens": .integer(load.opens),
                ])
        }
        table.finish(empty: "No model has been opened through a mount yet.")
    }
}
