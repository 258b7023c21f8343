import CThumbnail
import CWebP
import Foundation
import GRDB
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// Small pictures of images.
///
/// > Thumbnails of images are in `thumbnails.sqlite` beside the catalogue; only its owner can read it, and backups leave it out. Those of PNG
/// > and lossless WebP images are made with the snapshots. A missing one is made from the image's file, if that still has the same bytes;
/// > so are those of JPEG and other WebP images. GIF, AVIF and JPEG XL have none, and neither has a forgotten image.
@Suite struct `A thumbnail` {
    let fixture: StoreFixture
    let image: FilePath
    let made: SnapshotResult
    let digest: Digest
    var store: Store { fixture.store }
    private var database: String { store.path.appending("thumbnails.sqlite").string }

    init() throws {
        fixture = try StoreFixture()
        image = try fixture.image(SmallImage.graph())
        made = try fixture.store.snapshot(image)
        digest = try #require(try fixture.store.digest(ofFile: image))
    }

    private func isWebP(_ bytes: [UInt8]?) -> Bool {
        guard let bytes else { return false }
        return (try? Container.read(MemorySource(bytes)))?.mediaType == "image/webp"
    }

    @Test func `is made with the snapshot, and is its owner's alone`() throws {
        try FileManager.default.removeItem(atPath: image.string)
        #expect(isWebP(try store.thumbnail(of: digest)))
        for name in [database, database + "-wal"] {
            let mode = try FileManager.default.attributesOfItem(atPath: name)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(name)")
        }
    }

    @Test(arguments: [true, false]) func `is made anew of the image's file where it is lost`(isDamaged: Bool) throws {
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + ending) }
        if isDamaged { try Data("no database at all, and long enough".utf8).write(to: URL(fileURLWithPath: database)) }
        let again = try Store.open(store.path)
        // The first look finds the damage.
        _ = try again.thumbnail(of: digest)
        #expect(isWebP(try again.thumbnail(of: digest)))
        try FileManager.default.removeItem(atPath: image.string)
        #expect(isWebP(try again.thumbnail(of: digest)))
    }

    /// What somebody who brings the store put there is never asked: it might not end, or be anything.
    @Test(arguments: [
        "CREATE TRIGGER t BEFORE INSERT ON thumbnail BEGIN SELECT 1; END",
        """
        DROP TABLE thumbnail; CREATE VIEW thumbnail AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)
        SELECT CAST(n AS BLOB) AS image, x'00' AS webp FROM r
        """, "UPDATE thumbnail SET webp = zeroblob(2000000)", "UPDATE thumbnail SET webp = CAST('<html>' AS BLOB)",
    ]) func `is made anew where somebody else wrote into its database`(_ sql: String) throws {
        try DatabaseQueue(path: database).write { try $0.execute(sql: sql) }
        let again = try Store.open(store.path)
        _ = try again.thumbnail(of: digest)
        #expect(isWebP(try again.thumbnail(of: digest)))
    }

    @Test func `is never written through a link`() throws {
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + ending) }
        let other = fixture.directory.appending("other.sqlite").string
        try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE mine (a)") }
        try #require(chmod(other, 0o644) == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: other))
        try #require(symlink(other, database) == 0)
        let again = try Store.open(store.path)
        _ = try again.thumbnail(of: digest)
        #expect(isWebP(try again.thumbnail(of: digest)))
        #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == before)
        let mode = try FileManager.default.attributesOfItem(atPath: other)[.posixPermissions] as? Int
        #expect(mode == 0o644)
    }

    @Test func `is made also of an image that says nothing of how it was made, which is found where it lies`() throws {
        let plain = try fixture.directory.write(SmallImage.comfy(prompt: "nothing", shade: 9), to: "output/plain.png")
        let kept = try #require(try store.digest(ofFile: plain))
        _ = try store.snapshot(plain)
        #expect(try store.original(ofImage: kept)?.path == plain)
        #expect(try store.places(ofImage: kept) == [plain])
        // A text may come to lie beside it.
        #expect(try store.unchangedSnapshot(plain) == nil)
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + ending) }
        #expect(isWebP(try Store.open(store.path).thumbnail(of: kept)))
    }

    @Test func `is not made of another file that has the image's name`() throws {
        for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: database + ending) }
        let again = try Store.open(store.path)
        try fixture.directory.write(SmallImage.comfy(prompt: "{}", shade: 7), to: "output/test_00001_.png")
        #expect(try again.thumbnail(of: digest) == nil)
        #expect(try again.thumbnail(of: SHA256.digest(of: [])) == nil)
    }

    @Test func `is in no copy of the store`() throws {
        let copy = fixture.directory.appending("copy")
        _ = try store.copy(to: copy) { _ in }
        #expect(try !FileManager.default.contentsOfDirectory(atPath: copy.string).contains { $0.contains("thumbnail") })
    }

    @Test func `goes with its image`() throws {
        _ = try store.forget([], [try fixture.row(made.id)], isDryRun: false)
        #expect(try store.thumbnail(of: digest) == nil)
    }

    @Test(arguments: [0, 1]) func `is decoded where nothing can be opened`(attempt: Int32) {
        #expect(reprofs_thumbnail_child_is_confined(attempt) == 1)
    }

    @Test func `is not made of what is damaged, or claims to be larger than it is`() throws {
        let whole = SmallImage.comfy(prompt: SmallImage.graph())
        var wide = whole
        // The width of a PNG; its checksum is that of another one.
        wide.replaceSubrange(16..<20, with: [0x7F, 0xFF, 0xFF, 0xFF])
        for (name, bytes) in [
            ("cut", Array(whole.dropLast(30))), ("wide", wide), ("text", Array("RIFF....WEBP".utf8)), ("none", []),
            ("cut jpeg", try Self.picture("baseline.jpg").dropLast(100)), ("cmyk", try Self.picture("cmyk.jpg")),
        ] {
            #expect(try inChild(fixture.directory.write(Array(bytes), to: name)).isEmpty, "\(name)")
        }
    }

    @Test(arguments: [
        ("baseline.jpg", 320, 224), ("progressive.jpg", 320, 224), ("grey.jpg", 300, 200), ("lossless.webp", 20, 20),
    ]) func `is made of other formats in a child`(name: String, width: Int32, height: Int32) throws {
        let bytes = try inChild(fixture.directory.write(Self.picture(name), to: name))
        var size: (width: Int32, height: Int32) = (0, 0)
        let rgba = try #require(WebPDecodeRGBA(bytes, bytes.count, &size.width, &size.height))
        defer { WebPFree(rgba) }
        try #require(size == (width, height))
        guard name.hasSuffix(".jpg") else { return }
        // Red at the left and blue at the right, or darker there.
        let (left, right) = (rgba + 4 * 10, rgba + 4 * (Int(width) - 10))
        #expect(left[0] > right[0] && (name == "grey.jpg" || right[2] > 150 && right[0] < 90 && left[2] < 90))
    }

    @Test func `is made of a JPEG image when it is asked for`() throws {
        let image = try fixture.directory.write(
            [UInt8](Self.bytes("Dialects/a1111_usercomment_le.jpg")), to: "output/a.jpg")
        _ = try store.snapshot(image)
        #expect(isWebP(try store.thumbnail(of: try #require(try store.digest(ofFile: image)))))
    }

    @Test func `of a JPEG image is turned as browsers turn the image`() throws {
        var jpeg = try Self.picture("baseline.jpg")
        let exif: [UInt8] = [
            0xFF, 0xE1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0,
            0, 1, 0,
            6, 0, 0, 0, 0, 0, 0,
        ]
        jpeg.insert(contentsOf: exif, at: 2)
        let image = try fixture.directory.write(jpeg, to: "output/turned.jpg")
        _ = try store.snapshot(image)
        let turned = try #require(try store.digest(ofFile: image))
        let webp = try #require(try store.thumbnail(of: turned))
        var size: (width: Int32, height: Int32) = (0, 0)
        let rgba = try #require(WebPDecodeRGBA(webp, webp.count, &size.width, &size.height))
        defer { WebPFree(rgba) }
        try #require(size == (224, 320))
        // What was at the left is above: red, and blue below.
        let (above, below) = (rgba + 4 * (10 * 224 + 112), rgba + 4 * (310 * 224 + 112))
        #expect(above[0] > 150 && above[2] < 90 && below[0] < 90 && below[2] > 150)
    }

    private static func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: FilePath.tests.appending("Fixtures").appending(name).string))
    }
    private static func picture(_ name: String) throws -> [UInt8] { [UInt8](try bytes("Pixels/" + name)) }

    /// What the child makes of a file; nothing if it makes none.
    private func inChild(_ file: FilePath) throws -> [UInt8] {
        let descriptor = try FileDescriptor.open(file, .readOnly, options: .closeOnExec)
        defer { try? descriptor.close() }
        var buffer: [UInt8] = Array(repeating: 0, count: 1 << 16)
        let count = reprofs_thumbnail_in_child(
            descriptor.rawValue, Orientation.upright.rawValue, &buffer, buffer.count, 10_000)
        return Array(buffer.prefix(max(0, count)))
    }

    @Test(arguments: [
        (640, 480, 320, 240), (100, 50, 100, 50), (321, 1, 320, 1), (1000, 1003, 319, 320), (1, 4000, 1, 320),
    ])
    func `has the image's shape and colours`(width: Int, height: Int, smallWidth: Int, smallHeight: Int) throws {
        let state = try #require(reprofs_thumbnail_new(width, height, 1))
        defer { reprofs_thumbnail_free(state) }
        let row = (0..<width).flatMap { _ in [200, 100, 50, 255] as [UInt8] }
        for _ in 0..<height { reprofs_thumbnail_row(state, row) }
        var bytes: [UInt8] = Array(repeating: 0, count: 1 << 20)
        let count = reprofs_thumbnail_write(state, 1, &bytes, bytes.count)
        let metadata = try #require(try Container.read(MemorySource(Array(bytes.prefix(count)))))
        #expect(metadata.width == smallWidth && metadata.height == smallHeight)
    }
}
