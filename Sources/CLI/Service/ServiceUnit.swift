import ArgumentParser
import Glibc
import SystemPackage

/// A systemd unit that keeps a store mounted.
struct ServiceUnit {
    enum Scope { case user, system }

    /// A path in a unit.
    enum Place {
        /// Written as it is.
        case path(FilePath)
        /// Text with systemd's specifiers, which systemd fills in.
        case specifiers(String)

        /// Quoted for a list.
        var quoted: String {
            switch self {
            case .path(let path): ServiceUnit.quoted(path.string)
            case .specifiers(let text): "\"\(text)\""
            }
        }

        /// Quoted for an argument of a command.
        var argument: String {
            switch self {
            case .path(let path): ServiceUnit.argument(path.string)
            case .specifiers: quoted
            }
        }
    }

    /// The first line of every unit that ReproFS wrote: only such units are replaced or removed.
    static let mark = "# Written by 'reprofs service install'; 'reprofs service uninstall' removes it."

    let scope: Scope
    /// The first line, which says who wrote the unit.
    var head = Self.mark
    let executable: FilePath
    /// What the description says is mounted: text with specifiers.
    let subject: String
    /// Nil for the store that the program finds by itself.
    let store: FilePath?
    /// The first shows everything, the others only the models.
    let mountPoints: [Place]
    /// What must exist before: the store, and the directories of the mount points.
    let needed: [Place]
    /// Variables with their defaults.
    var environment: [(name: String, value: String)] = []
    /// The owner of the store, as whom the system's unit runs; nil for root.
    let user: String?
    /// Options of `reprofs mount`.
    let options: [String]

    /// Nothing here may create a mount namespace: nobody outside would see the mount. A user's unit must also avoid everything that implies
    /// NoNewPrivileges, because fusermount3 is setuid.
    var text: String {
        var command = [executable.string, "mount", "--foreground"].map(Self.argument)
        if let store { command += ["--store", store.string].map(Self.argument) }
        command += options.map(Self.argument)
        for place in mountPoints.dropFirst() { command += [Self.argument("--models-at"), place.argument] }
        command += [Self.argument("--")] + mountPoints.prefix(1).map(\.argument)
        var lines = [
            head,
            "[Unit]",
            "Description=ReproFS: the models in \(subject)",
            "Documentation=man:reprofs(1)",
            "RequiresMountsFor=\(needed.map(\.quoted).joined(separator: " "))",
            "",
            "[Service]",
            "Type=notify",
            "NotifyAccess=main",
            "ExecStart=\(command.joined(separator: " "))",
        ]
        lines += environment.map { "Environment=\($0.name)=\($0.value)" }
        // Cleans up after a killed process; does nothing after an ordinary end.
        lines += mountPoints.map { "ExecStopPost=-fusermount3 -u -z -q -- \($0.argument)" }
        lines += [
            "Restart=on-failure",
            // Files at the mount point do not go away by trying again.
            "RestartPreventExitStatus=\(ExitCode.notEmpty.rawValue)",
            "RestartSec=1",
            "KillMode=mixed",
            "TimeoutStartSec=infinity",
            "TimeoutStopSec=60",
            "LimitNOFILE=1048576",
            "LimitCORE=0",
        ]
        if scope == .system {
            lines += [user.map { "User=\($0)" }, user.map { _ in "AmbientCapabilities=CAP_SYS_ADMIN" }].compactMap(
                \.self)
            lines += [
                // CAP_SYS_ADMIN is for mounting, and for reads by the kernel itself; root needs the others for other users' files, and to
                // read what those report with exactly their rights. A mount of another user has no use for them, and the programs that it
                // starts would inherit them.
                "CapabilityBoundingSet=CAP_SYS_ADMIN"
                    + (user == nil
                        ? " CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_SETGID CAP_SETUID CAP_SYS_PTRACE"
                        : ""),
                "NoNewPrivileges=yes",
                "RestrictAddressFamilies=AF_UNIX",
                "RestrictNamespaces=yes",
                "RestrictRealtime=yes",
                "LockPersonality=yes",
                "MemoryDenyWriteExecute=yes",
                "SystemCallArchitectures=native",
            ]
        }
        lines += ["", "[Install]", "WantedBy=\(scope == .user ? "default" : "multi-user").target", ""]
        return lines.joined(separator: "\n")
    }

    /// A word in a list, quoted according to systemd.syntax(7).
    fileprivate static func quoted(_ word: String) -> String {
        "\"\(escaped(word).replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    /// A word of a command line, where dollar signs begin variables too.
    static func argument(_ word: String) -> String { quoted(word.replacing("$", with: "$$")) }

    /// Percent signs begin specifiers; a line feed would end the line.
    static func escaped(_ text: String) -> String { text.replacing("%", with: "%%").replacing("\n", with: " ") }

    /// The directory of units that people add.
    static func directory(_ scope: Scope) -> FilePath? {
        scope == .user ? UserDirectory.configuration.path?.appending("systemd/user") : "/etc/systemd/system"
    }
}
