extension Double {
    /// A number of seconds as `4:05` or `2:04:05`.
    var asMinutes: String {
        guard self < 360_000 else { return "days" }
        let seconds = Int(self)
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
    }
}
