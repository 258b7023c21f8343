import Synchronization

/// Commands that messages tell people to copy into a shell.
package enum ShellCommand {
    /// The store that commands have to name; nil if one that names none is about the same store.
    private static let store = Mutex<String?>(nil)

    /// Notes that this process works on a store that a command without `--store` would not find. Said once, when the arguments are read.
    package static func name(store path: String) { store.withLock { $0 = path } }

    /// Commands that take no store. `service` takes it, but not for the helper, which serves all stores.
    private static let storeless = ["unmount", "read", "service install --helper"]

    /// Whether a command takes no store.
    package static func isFree(_ command: String) -> Bool {
        storeless.contains { command == $0 || command.utf8.starts(with: ($0 + " ").utf8) }
    }

    /// A command of this program, as ``line(_:options:_:)`` makes it, about the store that this process works on.
    package static func reprofs(
        _ command: String, options: [(name: String, value: String)] = [], _ names: String...
    ) -> String { reprofs(command, options: options, names: names) }

    /// The same with any number of names.
    package static func reprofs(
        _ command: String, options: [(name: String, value: String)] = [], names: [String]
    ) -> String {
        var options = options
        if !isFree(command), !options.contains(where: { $0.name == "--store" }), let path = store.withLock({ $0 }) {
            options.append(("--store", path))
        }
        return line("reprofs " + command, options: options, names)
    }

    /// A command, its options with their values, and the names that it is about. Each value and each name is one word to a shell,
    /// whatever it contains.
    ///
    /// Options without values are part of `command`: after a name that begins with a dash, no option would be taken for one.
    package static func line(
        _ command: String, options: [(name: String, value: String)] = [], _ names: String...
    ) -> String { line(command, options: options, names) }

    private static func line(_ command: String, options: [(name: String, value: String)], _ names: [String]) -> String {
        let end = names.contains(where: beginsLikeAnOption) ? ["--"] : []
        return ([command] + options.map(option) + end + names.map(word)).joined(separator: " ")
    }

    private static func option(_ name: String, _ value: String) -> String {
        beginsLikeAnOption(value) ? word(name + "=" + value) : name + " " + word(value)
    }

    private static func beginsLikeAnOption(_ text: String) -> Bool { text.utf8.first == UInt8(ascii: "-") }

    private static let plain = Set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+:,./-".utf8)

    private static func word(_ name: String) -> String {
        if !name.isEmpty, name.utf8.allSatisfy(plain.contains) { return name }
        guard name.onOneLine.utf8.elementsEqual(name.utf8) else { return escaped(name) }
        return "'" + name.replacing("'", with: #"'\''"#) + "'"
    }

    /// Characters that end a line or control a terminal are written as `\ooo`, byte by byte, which bash, zsh and ksh understand.
    private static func escaped(_ name: String) -> String {
        var result = "$'"
        for scalar in name.unicodeScalars {
            let text = String(scalar)
            if scalar == "'" || scalar == "\\" {
                result += "\\" + text
            } else if text.onOneLine.utf8.elementsEqual(text.utf8) {
                result += text
            } else {
                for byte in text.utf8 { result += "\\" + String(0o1000 + Int(byte), radix: 8).dropFirst() }
            }
        }
        return result + "'"
    }
}
