import ArgumentParser
import Recipe
import Store
import SystemPackage

/// An image as people name one: a file anywhere, the id or the name of a snapshot, or the name of an image.
struct ImageArgument: ParsableArguments {
    @Argument(help: "An image that was snapshotted, its name, or the id or the name of a snapshot.")
    var image: String

    /// The snapshot, and the name to show it under: found by its bytes, as an id, as a pin's name, by its pixels, then by its name.
    func find(in store: Store) throws -> (snapshot: Int64, name: String) {
        try Self.known(image, in: store)
    }

    /// The same for any text that stands for an image.
    static func known(_ image: String, in store: Store) throws -> (snapshot: Int64, name: String) {
        if let found = try find(image, in: store) { return found }
        throw StoreError.notFound("a snapshot of '\(image.withoutControls)'; make one with 'reprofs snapshot': it")
    }

    static func find(_ image: String, in store: Store) throws -> (snapshot: Int64, name: String)? {
        let path = try Paths.located(image)
        if let digest = try store.digest(ofFile: path), let found = try store.snapshot(ofImage: digest) {
            return (found.id, path.lastComponent?.string ?? found.imageName)
        }
        if image.utf8.count >= 8, let prefix = DigestPrefix(hex: image), let found = try store.snapshot(prefix) {
            return (found.id, found.imageName)
        }
        if let pin = try store.pin(named: image), let found = try store.snapshot(named: pin.snapshot) {
            return (found.id, found.imageName)
        }
        if let pixels = try store.pixels(ofFile: path), let found = try store.snapshot(ofPixels: pixels) {
            return (found.id, found.imageName)
        }
        guard let name = try? EntryName(path.lastComponent?.string ?? image) else { return nil }
        return try store.newestImage(named: name).map { ($0.snapshot, $0.name.text) }
    }
}
