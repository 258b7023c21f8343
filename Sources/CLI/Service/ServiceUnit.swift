import ArgumentParser
import Glibc
import SystemPackage

/// A systemd unit that keeps a mount up.
struct ServiceUnit {
    enum Scope { case user, system }

    /// A path in a unit.
    enum Place {
        /// As it is.
        case path(FilePath)
        /// What systemd fills in: text with its specifiers.
        case specifiers(String)

        /// Quoted, as in a list.
        var quoted: String {
            switch self {
            case .path(let path): ServiceUnit.quoted(path.string)
            case .specifiers(let text): "\"\(text)\""
            }
        }

        /// Quoted, as a command's argument.
        var argument: String {
            switch self {
            case .path(let path): ServiceUnit.argument(path.string)
            case .specifiers: quoted
            }
        }
    }

    /// The first line of every unit that ReproFS wrote: only such a one is replaced or removed.
    static let mark = "# Written by 'reprofs service install'; 'reprofs service uninstall' removes it."

    let scope: Scope
    /// The first line, which says whose the unit is.
    var head = Self.mark
    let executable: FilePath
    /// What its description says it mounts: text with specifiers.
    let subject: String
    /// Nil: where the program looks by itself.
    let store: FilePath?
    /// The first shows everything, the others the models.
    let mountPoints: [Place]
    /// What must be there before: the store, and where the mount points lie.
    let needed: [Place]
    /// Variables, and what they are where nobody sets them otherwise.
    var environment: [(name: String, value: String)] = []
    /// Who owns the store; the system's unit runs as that user. Nil: root.
    let user: String?
    /// Options of `reprofs mount`.
    let options: [String]

    /// Nothing here may make a mount namespace: a mount in one is seen by nobody. A user's unit cannot have what implies
    /// NoNewPrivileges either, for fusermount3 is setuid.
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
        // What a killed process left; there is nothing to do after an ordinary end.
        lines += mountPoints.map { "ExecStopPost=-fusermount3 -u -z -q -- \($0.argument)" }
        lines += [
            "Restart=on-failure",
            // Files in its place do not go away by trying again.
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
                // For mounting, and for the kernel's own reads; root needs the rest for files of other users, and to read what they
                // report with their rights and no others. Another user's mount has no use for those: what it starts would have them.
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

    /// A word of a list as systemd.syntax(7) quotes it.
    fileprivate static func quoted(_ word: String) -> String {
        "\"\(escaped(word).replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    /// A word of a command line, where dollar signs begin variables too.
    static func argument(_ word: String) -> String { quoted(word.replacing("$", with: "$$")) }

    /// Percent signs begin specifiers; a line feed would end the line.
    static func escaped(_ text: String) -> String { text.replacing("%", with: "%%").replacing("\n", with: " ") }

    /// Where the manager looks for units that people add.
    static func directory(_ scope: Scope) -> FilePath? {
        guard scope == .user else { return "/etc/systemd/system" }
        func variable(_ name: String) -> FilePath? {
            getenv(name).map { FilePath(String(cString: $0)) }.flatMap { $0.isAbsolute ? $0 : nil }
        }
        return (variable("XDG_CONFIG_HOME") ?? variable("HOME")?.appending(".config"))?.appending("systemd/user")
    }
}
