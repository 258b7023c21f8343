import CThumbnail
import Glibc
package import Recipe
import SystemPackage

extension Store {
    /// After so many milliseconds a file counts as one of which no picture can be made.
    private static let patience: Int32 = 10_000

    /// A small picture of an image, as WebP: the one that was made with its snapshot, or one that is now made of its file, if that is still
    /// where it was read; nil if neither is possible.
    ///
    /// The file may be anybody's by now, so a child process that can open nothing decodes it.
    package func thumbnail(of image: Digest) throws(StoreError) -> [UInt8]? {
        if let kept = thumbnails.picture(of: image) { return kept.isEmpty ? nil : kept }
        guard let path = try file(ofImage: image) else { return nil }
        let file = try OpenFile(named: path)
        guard try files.hash(file.descriptor, path) == image else { return nil }
        let facts = try FileFacts.of(file.descriptor, path)
        let orientation = try? Container.read(FileSource(file.descriptor, count: facts.size))?.orientation
        Activity.require(.wait)
        var problem: Int32 = 0
        let webp = [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
            let made = reprofs_thumbnail_in_child(
                file.descriptor.rawValue, (orientation ?? .upright).rawValue, buffer.baseAddress, buffer.count,
                Self.patience)
            if made < 0 { problem = errno }
            count = max(0, made)
        }
        guard problem == 0 else { throw .system("cannot decode", path, Errno(rawValue: problem)) }
        thumbnails.keep([(image, webp)])
        return webp.isEmpty ? nil : webp
    }
}
