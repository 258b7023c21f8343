import ArgumentParser

/// Commands that belong together, as `reprofs help` shows them.
struct CommandFamily {
    let name: String
    let commands: [any ParsableCommand.Type]
    /// A command line that does something useful, and what that is.
    let example: (line: String, purpose: String)

    static let all = [
        CommandFamily(
            name: "Daily",
            commands: [
                InitCommand.self, AddCommand.self, SnapshotCommand.self, ListCommand.self, RecipeCommand.self,
                ExplainCommand.self, LineageCommand.self, ReadCommand.self, StatusCommand.self,
            ],
            example: ("reprofs snapshot ComfyUI/output", "keep what every image there was made from")),
        CommandFamily(
            name: "Reproduce",
            commands: [
                ReproduceCommand.self, ProveCommand.self, VaryCommand.self, DiffCommand.self, UseCommand.self,
                ExportCommand.self,
            ],
            example: ("reprofs reproduce image.png --launch ComfyUI", "make it again and compare the pixels")),
        CommandFamily(
            name: "Keep",
            commands: [
                LogCommand.self, RestoreCommand.self, PinCommand.self, UnpinCommand.self, UsageCommand.self,
                CollectCommand.self, ForgetCommand.self, EvictCommand.self, VerifyCommand.self, BackupCommand.self,
                RebuildCommand.self, ReleaseCommand.self,
            ],
            example: (
                "reprofs restore checkpoints/model.safetensors@v1", "make the model's name hold an older version again"
            )),
        CommandFamily(
            name: "Reach",
            commands: [RemoteCommand.self, PushCommand.self, PullCommand.self, FetchCommand.self],
            example: ("reprofs push team cover", "bring a pinned image's snapshot, with its models, to a registry")),
        CommandFamily(
            name: "Serve",
            commands: [
                MountCommand.self, UnmountCommand.self, ServiceCommand.self, WatchCommand.self, GalleryCommand.self,
            ],
            example: ("reprofs mount ~/reprofs", "show models, images and snapshots as files")),
    ]

    /// One example for each family.
    static var examples: String {
        (["EXAMPLES"] + all.map { "  \($0.example.line)\n      \($0.example.purpose)" }).joined(separator: "\n")
    }
}
