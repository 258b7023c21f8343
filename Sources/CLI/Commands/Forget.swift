import ArgumentParser
import Recipe
import Store

struct ForgetCommand: AnswersInJSON {
    static let configuration = CommandConfiguration(
        commandName: "forget", abstract: "Remove the bytes of a version, or a snapshot, even if images need them.",
        discussion: """
            Images that were made with a version cannot be made again without its bytes; each that is graded lower for it is \
            named, and with --dry-run nothing else is done. Versions and images stay listed. What a name holds now, what a pin \
            keeps and what active/models shows is not given up.
            """)
    @Argument(
        help: "Versions, as 'checkpoints/model.safetensors@v2' or a hash; images, or ids of snapshots.",
        completion: Offers.imageOrVersion)
    var things: [String]
    @Flag(name: .shortAndLong, help: "Say what would be removed; change nothing.") var dryRun = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        for thing in things { try Paths.requireText(thing) }
        let store = try store.open()
        let naming = Naming(store)
        // Every name is resolved before anything is done.
        var bytes: [WantedBytes] = []
        var snapshots: [SnapshotRow] = []
        for thing in things {
            do {
                switch try naming.imageOrModel(thing) {
                case .model: bytes.append(WantedBytes(try naming.version(thing)))
                case .image(let image):
                    guard let row = try store.snapshot(image.snapshot) else {
                        throw StoreError.notFound("the snapshot")
                    }
                    snapshots.append(row)
                }
            } catch let failure as NamingFailure where failure.problem == .unknown {
                // A model that is left at a remote has no version here.
                let left = try store.pinnedBytes(knownBy: thing)
                guard left.count == 1 else { throw failure }
                bytes += left
            }
        }
        let report = try store.forget(bytes, snapshots, isDryRun: dryRun)
        if json { return Terminal.say(report.json(.forget, isDryRun: dryRun)) }
        report.show(isDryRun: dryRun)
    }
}
