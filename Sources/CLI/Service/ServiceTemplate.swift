import ArgumentParser
import SystemPackage

/// The units in a package: like those of `service install`, for users who need no other place.
struct ServiceTemplate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "Print the unit that a package brings.", shouldDisplay: false)

    @Flag var scope: ServiceScope
    @Option(help: "The path of the program.") var executable: String

    func run() throws {
        let executable = try Paths.absolute(executable)
        let unit: ServiceUnit =
            switch scope {
            case .user:
                ServiceUnit(
                    scope: .user,
                    head: "# Mounts the store of whoever enables it: systemctl --user enable --now reprofs",
                    executable: executable, subject: "%h/.local/share/reprofs", store: nil,
                    mountPoints: [.specifiers("%h/reprofs")], needed: [.specifiers("%h")], user: nil, options: [])
            case .system:
                ServiceUnit(
                    scope: .system,
                    head: "# Mounts /var/lib/reprofs at DIR: systemctl enable --now \"$(systemd-escape -p "
                        + "--template=reprofs@.service DIR)\"",
                    executable: executable, subject: "/var/lib/reprofs", store: nil, mountPoints: [.specifiers("%f")],
                    needed: [.specifiers("/var/lib/reprofs")],
                    environment: [(name: "REPROFS_STORE", value: "/var/lib/reprofs")],
                    user: nil, options: ["--allow-other"])
            }
        Terminal.say(text: unit.text)
    }
}
