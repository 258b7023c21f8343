/// Words of an unfinished command line.
enum ShellWord {
    /// The word as the shell would pass it on: without quotation marks and backslashes. A quotation may be unfinished.
    static func value(_ word: String) -> String {
        var result: [UInt8] = []
        var quote: UInt8?
        var bytes = word.utf8.makeIterator()
        while let byte = bytes.next() {
            switch byte {
            case UInt8(ascii: "\\") where quote != UInt8(ascii: "'"):
                if let next = bytes.next() { result.append(next) }
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                if quote == nil {
                    quote = byte
                } else if quote == byte {
                    quote = nil
                } else {
                    result.append(byte)
                }
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
