import Recipe
import Store

/// On the page of an image: what leads to making it again, and to variations of it.
enum RunPanel {
    static func html(_ shown: ShownImage, allowsChanges: Bool) -> HTML {
        guard shown.snapshot.prompt != nil else { return HTML([]) }
        return panel("Make it again", "again") {
            if allowsChanges {
                tag("p", .class("act")) {
                    tag("a", .class("button"), .href(Address.image(shown.id, "reproduce"))) { "Reproduce…" }
                    tag("a", .class("button"), .href(Address.image(shown.id, "vary"))) { "Vary…" }
                }
            } else {
                tag("p", .class("note")) { "This gallery changes nothing; these commands do:" }
                tag("p", .class("command")) {
                    copyable(
                        Self.command("reproduce", shown.snapshot, nil), what: "the command that makes it again")
                }
                tag("p", .class("command")) {
                    copyable(
                        Self.command("vary", shown.snapshot, nil) + " --set seed=1..4",
                        what: "the command that makes variations")
                }
            }
        }
    }

    /// A command of the program about a snapshot, with the ComfyUI that is meant.
    static func command(
        _ name: String, _ snapshot: SnapshotRow, _ option: (name: String, value: String)?, settings: [String] = []
    ) -> String {
        ShellCommand.reprofs(
            "\(name) \(snapshot.short)",
            options: [option ?? ("--server", "http://127.0.0.1:8188")] + settings.map { ("--set", $0) })
    }
}
