package import Comfy
import Foundation
import Recipe
package import Store

/// A ComfyUI that sees only the pinned models, for as long as it is needed; afterwards everything is restored.
package struct Stage: Sendable {
    let server: ComfyServer
    /// The server's process, by which its loads are found; nil if it is not known.
    let process: Opener?
    /// Since then it can have opened only what is pinned.
    let since: Timestamp
    /// `launch` or `server`.
    let manner: String
    /// Whether its inputs are the pinned files themselves, so that nothing has to be uploaded.
    let hasInputs: Bool
    /// A mount whose files the server can open by their paths; nil if the server may be on another machine.
    let mount: String?
    /// Whether the server still exists, as far as this machine can tell.
    let isThere: @Sendable () -> Bool
    /// Notes for people about how it was set up.
    var notes: [String] = []
    private let putBack: @Sendable () async -> Void

    init(
        _ server: ComfyServer, process: Opener?, since: Timestamp, manner: String, hasInputs: Bool,
        mount: String?, isThere: @escaping @Sendable () -> Bool = { true },
        putBack: @escaping @Sendable () async -> Void
    ) {
        self.server = server
        self.process = process
        self.since = since
        self.manner = manner
        self.hasInputs = hasInputs
        self.mount = mount
        self.isThere = isThere
        self.putBack = putBack
    }

    /// Where an output is, for people; nil if it is removed with the stage.
    func place(of file: RunOutput) -> String? {
        guard manner == "server" else { return nil }
        let name = file.subfolder.isEmpty ? file.name : "\(file.subfolder)/\(file.name)"
        return "\(name) in the directory \(file.type) of \(server.address)"
    }

    /// Restores everything, whatever happened, even after an interrupt.
    package func end() async { await Task(operation: putBack).value }
}

/// The models on a stage: those of a snapshot, or others under their names.
enum StageModels: Sendable {
    case snapshot(SnapshotRow)
    case chosen([PinnedModel])
}

extension Stage {
    /// The mounts of the store. Throws unless the server answers, and looks into one of them for its models.
    static func mounts(of server: ComfyServer, look pinned: [PinnedModel], store: Store) async throws -> [MountRow] {
        _ = try await server.systemStats()
        let mounts = try store.mounts()
        guard !mounts.isEmpty else {
            throw ReproductionError(
                "the store is not mounted; '\(ShellCommand.reprofs("mount"))' it and start ComfyUI on its active/models"
            )
        }
        try check(try await server.folderPaths(), look: pinned, into: mounts)
        return mounts
    }

    /// A running ComfyUI that uses `active/models` of a mount: switches that view, and makes the server unload its models.
    static func running(_ server: ComfyServer, models: StageModels, pinned: [PinnedModel], store: Store) async throws
        -> Stage
    {
        // A server that does not use the mount is found before anything is switched.
        let mounts = try await mounts(of: server, look: pinned, store: store)
        let loan =
            switch models {
            case .snapshot(let row): try store.lendActive(to: row)
            case .chosen(let chosen): try store.lendActive(to: chosen)
            }
        let putBack: @Sendable () async -> Void = {
            loan.end()
            // It must not continue with the weights of another view.
            try? await server.free()
        }
        do {
            try ActiveSwitch(store).acknowledged(loan.generation)
            let since = Timestamp.now()
            try await hand(server, pinned, mounts)
            let process = server.process
            return Stage(
                server, process: process, since: since, manner: "server", hasInputs: false,
                mount: process == nil ? nil : mounts.first?.path, putBack: putBack)
        } catch {
            await Task(operation: putBack).value
            throw error
        }
    }

    /// Makes a server use what `active/models` shows now: it unloads its models, and has to list the pinned ones.
    package static func hand(_ server: ComfyServer, _ pinned: [PinnedModel], _ mounts: [MountRow]) async throws {
        let paths = try await server.folderPaths()
        try check(paths, look: pinned, into: mounts)
        try await settle(server)
        try await check(server, lists: pinned)
        try checkOrder(paths, pinned, isLocal: ListeningProcess.at(server.address) != nil)
    }

    /// Makes the server unload its models, and waits until it has. It does so between two prompts, when it wakes up; a second call makes
    /// sure that it does. Measured on ComfyUI 0.33: two seconds are enough for both.
    static func settle(_ server: ComfyServer) async throws {
        for _ in 0..<2 {
            try await server.free()
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Throws if the server says where it looks for models, and that is not in a mount.
    private static func check(_ paths: [String: [String]]?, look pinned: [PinnedModel], into mounts: [MountRow]) throws
    {
        guard let paths else { return }
        for model in pinned {
            let folders = paths[Folder.preferred(model.folder.text)] ?? paths[model.folder.text] ?? []
            // The list of models after the switch shows whether it is this store's view.
            guard !folders.contains(where: Self.isActive) else { continue }
            let mount = mounts.first?.path ?? "MOUNT"
            throw ReproductionError(
                """
                the server does not look for \(model.folder) in \(mount)/active/models; start ComfyUI with \
                --extra-model-paths-config \(mount)/active/extra_model_paths.yaml, or with --models-directory \
                \(mount)/active/models
                """)
        }
    }

    /// Also through a link, for example if ComfyUI's `models` is one.
    private static func isActive(_ folder: String) -> Bool {
        [folder, URL(fileURLWithPath: folder).resolvingSymlinksInPath().path].contains { path in
            let parts = path.slashed
            return zip(parts, parts.dropFirst()).contains { $0 == ("active", "models") }
        }
    }

    /// Throws if the server does not list the pinned models after the switch.
    private static func check(_ server: ComfyServer, lists pinned: [PinnedModel]) async throws {
        for (folder, models) in Dictionary(grouping: pinned, by: \.folder) {
            guard let listed = try await server.models(in: Folder.preferred(folder.text)) else { continue }
            let names = Set(listed.compactMap { ViewPath(listed: $0) })
            for model in models where !names.contains(ViewPath(model.path.components)) && !names.isEmpty {
                throw ReproductionError("after the switch the server does not list \(folder)/\(model.path)")
            }
        }
    }

    /// Throws if a directory that the server searches earlier has a file with a pinned name.
    private static func checkOrder(_ paths: [String: [String]]?, _ pinned: [PinnedModel], isLocal: Bool) throws {
        guard let paths, isLocal else { return }
        for model in pinned {
            for folder in paths[Folder.preferred(model.folder.text)] ?? [] {
                if isActive(folder) { break }
                let path = "\(folder)/\(model.path)"
                guard FileManager.default.fileExists(atPath: path) else { continue }
                throw ReproductionError(
                    "the server would take \(path) instead of the pinned file: it looks there first")
            }
        }
    }
}

extension ViewPath {
    /// A name in a server's list; on Windows, it has backslashes.
    fileprivate init?(listed name: String) {
        let bytes = name.utf8.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 }
        self.init(parsing: String(decoding: bytes, as: UTF8.self))
    }
}
