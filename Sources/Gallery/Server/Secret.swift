/// What whoever may see the gallery has to show: 256 random bits, new at each start.
struct Secret: Sendable {
    /// 64 hexadecimal digits.
    let text: String

    init() {
        var random = SystemRandomNumberGenerator()
        text = (0..<4).map { _ in
            let digits = String(random.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }

    /// Whether a text is the secret. The time that this takes does not depend on where the two differ.
    func isSame(as other: some StringProtocol) -> Bool {
        let (own, other) = (Array(text.utf8), Array(other.utf8))
        guard own.count == other.count else { return false }
        return zip(own, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
