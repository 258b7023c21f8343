/// Commands that messages tell people to copy into a shell.
package enum ShellCommand {
    /// A command followed by names, each of which is one word to a shell, whatever it contains.
    package static func line(_ command: String, _ names: String...) -> String {
        // A name must not be taken for an option.
        let end = names.contains { $0.utf8.first == UInt8(ascii: "-") } ? ["--"] : []
        return ([command] + end + names.map(word)).joined(separator: " ")
    }

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
