/// Commands that messages tell people to copy into a shell.
package enum ShellCommand {
    /// A command, its options with their values, and the names that it is about. Each value and each name is one word to a shell,
    /// whatever it contains.
    ///
    /// Options without values are part of `command`: after a name that begins with a dash, no option would be taken for one.
    package static func line(
        _ command: String, options: [(name: String, value: String)] = [], _ names: String...
    ) -> String { line(command, options: options, names: names) }

    /// The same with any number of names.
    package static func line(
        _ command: String, options: [(name: String, value: String)] = [], names: [String]
    ) -> String {
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
