import Glibc
import Recipe
import Store
import SystemPackage

/// The gallery that serves a store for this user, noted in the user's runtime directory, which nobody else can enter: so the command
/// leads to the gallery that a service keeps running, whose secret is new at each start.
struct RunningGallery {
    /// What opens it, secret included.
    let address: String

    /// The gallery that serves the store now; nil where none has noted itself.
    static func serving(_ store: FilePath) -> RunningGallery? {
        guard let directory = directory(), let name = try? noteName(store),
            let bytes = try? directory.ownFile([name]).bytes(),
            let note = try? JSONParser.parse(String(decoding: bytes, as: UTF8.self)),
            let address = note["address"]?.string,
            let process = note["process"]?.number?.int.flatMap({ Int32(exactly: $0) }),
            // A gallery that was killed has left its note.
            let opener = Opener(process: process), opener.identity == note["identity"]?.string
        else { return nil }
        return RunningGallery(address: address)
    }

    /// Notes this process's gallery; nothing where there is no runtime directory. ``forget(_:at:)`` takes the note away.
    static func note(_ address: String, of store: FilePath) throws {
        guard let directory = directory(isMade: true), let own = Opener(process: getpid()) else { return }
        let note: JSON = [
            "address": .string(address), "process": .integer(Int(own.pid)), "identity": .string(own.identity),
        ]
        let name = try noteName(store)
        let new = try directory.add(Array(note.compact().utf8), as: try EntryName(name.text + ".new"), isPrivate: true)
        try directory.replace(name, by: new)
    }

    /// Takes this process's note away.
    static func forget(_ store: FilePath, at address: String) {
        guard serving(store)?.address == address, let directory = directory(), let name = try? noteName(store) else {
            return
        }
        try? directory.remove(name)
    }

    private static let name: EntryName = "reprofs"

    private static func directory(isMade: Bool = false) -> OpenDirectory? {
        guard let runtime = UserDirectory.runtime.path.flatMap({ try? OpenDirectory(named: $0) }) else { return nil }
        return isMade ? try? runtime.makeDirectory(name, mode: 0o700).directory : try? runtime.directory([name])
    }

    private static func noteName(_ store: FilePath) throws(NameError) -> EntryName {
        let digest = SHA256.digest(of: Array((Paths.real(store) ?? store).string.utf8))
        return try EntryName("gallery-" + digest.hex.prefix(16))
    }
}
