import Foundation
import Glibc
import Reach
import Recipe
import Store
import Support
import SystemPackage
import Testing

/// What becomes of readers while a lazily pulled model cannot be had.
@Suite(.timeLimit(.minutes(20))) struct `A model on its way` {
    let fixture: ReachFixture
    private var registry: FakeRepository { fixture.registry }

    init() async throws { fixture = try await ReachFixture.pulledLazily() }

    /// The registry goes away for so many seconds; `REPROFS_AWAY=60` is for long runs.
    private static let away = ProcessInfo.processInfo.environment["REPROFS_AWAY"].flatMap { UInt32($0) } ?? 3

    /// > - Opening asks a remote for the file's length. Who has another one, or none, is not read: EIO, with the reason in the log. ENOSPC says
    /// >   that there is no room for the rest of the file, and of the others that are open.
    /// > - What may pass is waited for, however long: silence, connections that break, a remote that is away, 429 and 5xx. The reader sleeps and can
    /// >   be killed; nothing else in the mount waits with it.
    /// > - What does not pass (403, 404, the wrong bytes three times) is EIO for reads of that MiB. It is asked for again when it is read a second
    /// >   later or more. A wrong MiB costs that MiB alone: each try asks another remote, if there is one, the rest of the file comes, and it is
    /// >   tried again unasked, first after twenty seconds and then ever more seldom. The log says the same of a file once a minute at most.
    /// > - A disk that fills up meanwhile takes no more; reads go on, from memory.
    /// > - A read waits on when its thread gets a signal that does not end the program, since an error would cost a program that maps the file its
    /// >   life. An open ends with EINTR.
    /// > - No unmount waits for a remote: what was asked for ahead of programs that have ended or closed their files ends with the mount. After
    /// >   `umount -l` programs that have files open read on.
    /// > - Any number of mounts and pulls of one store bring a file together, each piece once.
    /// > - `mount --offline` asks no remote: what is not here cannot be opened.
    /// > - A file that is open is not given up: `forget` and `gc` leave it, and name it, as they do with a blob that is open.
    @Test func `is waited for by mapped readers while the registry is away, and goes on when it is back`() throws {
        try fixture.mount { tree throws in
            let file = try fixture.file(tree)
            defer { try? file.close() }
            _ = try fixture.read(file, 0, 1).get()
            registry.change { $0.cut = $0.read + (3 << 20) / 2 }
            let readers = try (0..<2).map { _ in try fixture.mappedReader(tree) }
            try eventually { try fixture.waiting(tree) > 0 }
            sleep(Self.away)
            #expect(readers[0].isRunning && readers[1].isRunning)
            kill(readers[1].processIdentifier, SIGKILL)
            readers[1].waitUntilExit()
            #expect(readers[1].terminationReason == .uncaughtSignal)
            #expect(try fixture.waiting(tree) > 0)
            registry.change { $0.cut = nil }
            readers[0].waitUntilExit()
            #expect(readers[0].terminationReason == .exit && readers[0].terminationStatus == ReachFixture.satisfied)
        }
    }

    @Test(arguments: StumblingServer.Stumble.allCases)
    func `comes though the registry stumbles`(stumble: StumblingServer.Stumble) throws {
        let server = try StumblingServer(registry) { $0 < 2 || $0 == 4 ? stumble : nil }
        try fixture.mount(source: try server.source(fixture.there.store)) { tree throws in
            let file = try fixture.file(tree)
            defer { try? file.close() }
            #expect(try fixture.read(file, 8192, 4096).get() == Array(ReachFixture.bytes[8192..<12288]))
            let times = server.times
            #expect(times.count >= 3)
            // Nobody is asked again sooner than he wants to be.
            if [.busy, .away].contains(stumble) { #expect(times[0].duration(to: times[1]) >= .seconds(1)) }
            let reader = try fixture.mappedReader(tree)
            reader.waitUntilExit()
            #expect(reader.terminationReason == .exit && reader.terminationStatus == ReachFixture.satisfied)
            #expect(server.times.count >= 5)
        }
    }

    @Test func `leaves the mount to others while 64 readers wait, and an unmount answers them`() throws {
        let local = Array(ReachFixture.bytes[(1 << 20)...].prefix(1 << 20))
        try fixture.there.directory.write(local, to: "models/loras/local.bin")
        try fixture.there.addModels()
        try fixture.mount(passesThrough: false) { tree throws in
            // So that it can be opened without an answer of the registry.
            let file = try fixture.file(tree)
            _ = try fixture.read(file, 0, 1).get()
            registry.change { $0.isDown = true }
            let readers = try fixture.scatteredReaders(tree, count: 64)
            try eventually { try fixture.waiting(tree) == 64 }
            let folder = "by-snapshot/\(fixture.snapshot.short)"
            for _ in 0..<20 {
                #expect(try tree.list(folder).contains("models"))
                #expect(try tree.facts(fixture.path).size == ReachFixture.size)
                #expect(try tree.read(folder + "/snapshot.json").count > 0)
                let own = try FileDescriptor.open(
                    tree.absolute("models/loras/local.bin"), .readOnly, options: .closeOnExec)
                // From the store, and not from what is still in memory.
                posix_fadvise(own.rawValue, 0, 0, CInt(POSIX_FADV_DONTNEED))
                #expect(try fixture.read(own, 0, local.count).get() == local)
                try own.close()
            }
            #expect(try fixture.waiting(tree) == 64)
            let late = try fixture.mappedReader(tree)
            try eventually { try fixture.waiting(tree) > 64 }
            kill(late.processIdentifier, SIGKILL)
            late.waitUntilExit()
            #expect(late.terminationReason == .uncaughtSignal)
            try file.close()
            // As a signal to the mount does.
            #expect(umount2(tree.mountPoint.string, CInt(MNT_FORCE | MNT_DETACH)) == 0)
            readers.waitUntilExit()
            #expect(readers.terminationReason == .exit && readers.terminationStatus == 64)
            // What unmounts after this finds something to unmount.
            #expect(Glibc.mount("none", tree.mountPoint.string, "tmpfs", 0, nil) == 0)
        }
    }

    /// Who may have left reads behind that nobody waits for.
    enum Leaver: String, CaseIterable, Sendable {
        case killed, closed
    }

    @Test(arguments: Leaver.allCases)
    func `holds up no unmount when who asked for it waits no more`(leaver: Leaver) throws {
        try fixture.mount { tree throws in
            try fixture.read(tree, 0, 1)
            registry.change { $0.isDown = true }
            defer { registry.change { $0.isDown = false } }
            let program = try leaver == .killed ? fixture.mappedReader(tree) : fixture.restingReader(tree)
            defer { kill(program.processIdentifier, SIGKILL) }
            try eventually { try fixture.waiting(tree) > 0 }
            if leaver == .killed {
                kill(program.processIdentifier, SIGKILL)
                program.waitUntilExit()
            }
            // A process of its own: nothing ends the wait of one that hangs there.
            let unmount = try fixture.unmount(tree)
            try eventually { !unmount.isRunning }
            #expect(unmount.terminationStatus == 0)
            #expect(program.isRunning == (leaver == .closed))
        }
    }

    @Test func `is read on after its mount was detached, by who has it open`() throws {
        try fixture.mount { tree throws in
            try fixture.read(tree, 0, 1)
            registry.change { $0.isDown = true }
            defer { registry.change { $0.isDown = false } }
            let reader = try fixture.mappedReader(tree)
            try eventually { try fixture.waiting(tree) > 0 }
            let unmount = try fixture.unmount(tree, "--lazy")
            unmount.waitUntilExit()
            sleep(Self.away)
            #expect(reader.isRunning)
            registry.change { $0.isDown = false }
            reader.waitUntilExit()
            #expect(reader.terminationReason == .exit && reader.terminationStatus == ReachFixture.satisfied)
        }
    }

    @Test func `is not asked for all the time while the registry is away`() throws {
        try fixture.mount { tree throws in
            let file = try fixture.file(tree)
            defer { try? file.close() }
            _ = try fixture.read(file, 0, 1).get()
            registry.change { $0.isDown = true }
            // In order, so that all of it is wanted from now on.
            let readers = try (1...3).map { piece in
                let reader = try fixture.scatteredReaders(tree, count: 1, from: piece)
                try eventually { try fixture.waiting(tree) == piece }
                return reader
            }
            let before = registry.get(\.reads)
            sleep(2)
            #expect(registry.get(\.reads) - before <= 24)
            registry.change { $0.isDown = false }
            for reader in readers { reader.waitUntilExit() }
            #expect(readers.allSatisfy { $0.terminationStatus == 0 })
        }
    }

    @Test func `costs one MiB more for a bit that came flipped, and a mapped reader sees none of it`() throws {
        try fixture.mount { tree throws in
            let before = registry.get(\.read)
            registry.change { $0.rot[fixture.digest] = ((3 << 20) + 5, 1) }
            let reader = try fixture.mappedReader(tree)
            reader.waitUntilExit()
            #expect(reader.terminationReason == .exit && reader.terminationStatus == ReachFixture.satisfied)
            try eventually { try fixture.there.store.isServed(fixture.digest) }
            #expect(registry.get(\.read) - before == ReachFixture.size + PieceList.pieceSize)
        }
        #expect(try fixture.bytes(in: fixture.there) == ReachFixture.bytes)
    }
}
