import ArgumentParser
import Recipe
import Store
import SystemPackage

struct RecipeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe", abstract: "Show what an image was made from.")

    @Argument(help: "An image that was snapshotted, its name, or the id of a snapshot.")
    var image: String

    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var store: StoreOption

    func run() throws {
        let store = try store.open()
        let (snapshot, name) = try find(in: store)
        let text = try store.rendering(json ? .json : .card, of: snapshot, named: name).bytes
        print(String(decoding: text, as: UTF8.self), terminator: "")
    }

    /// By its bytes when it is a file, then as an id, then by its name.
    private func find(in store: Store) throws -> (snapshot: Int64, name: String) {
        let path = try Paths.located(image)
        if let digest = try store.digest(ofFile: path), let found = try store.snapshot(ofImage: digest) {
            return (found.id, path.lastComponent?.string ?? found.imageName)
        }
        if image.utf8.count >= 8, let prefix = DigestPrefix(hex: image), let found = try store.snapshot(prefix) {
            return (found.id, found.imageName)
        }
        if let found = try store.newestImage(named: path.lastComponent?.string ?? image) {
            return (found.snapshot, found.name)
        }
        throw StoreError.notFound("a snapshot of '\(image.withoutControls)'; make one with 'reprofs snapshot': it")
    }
}
