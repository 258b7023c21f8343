import Foundation
import Glibc
import Support
import Synchronization
import Testing

/// A terminal of a given width: what programs write to it, and what a person then sees.
final class Pseudoterminal {
    private let ours: CInt
    private let theirs: CInt
    let columns: Int

    init(columns: Int) throws {
        self.columns = columns
        var (ours, theirs): (CInt, CInt) = (-1, -1)
        var size = winsize(ws_row: 50, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        try #require(openpty(&ours, &theirs, nil, nil, &size) == 0)
        (self.ours, self.theirs) = (ours, theirs)
        for end in [ours, theirs] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(ours)
        close(theirs)
    }

    /// Runs a program with both outputs here, or with standard output in a file, and returns all that was written here.
    func run(_ tool: String, _ arguments: [String], environment: [String: String], output: FileHandle? = nil) throws
        -> Shown
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm", "NO_COLOR": ""]) { $1 }
            .merging(environment) { $1 }
        let terminal = FileHandle(fileDescriptor: theirs)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output ?? terminal
        process.standardError = terminal
        try withoutBlockedSignals { try process.run() }
        // It is read all the time, so that nobody who writes waits for room; its end is a byte that no program here writes.
        let written = Mutex<[UInt8]>([])
        let reader = ours
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = read(reader, &buffer, buffer.count), count > 0 {
                written.withLock { $0 += buffer[..<count] }
                if buffer[..<count].contains(0) { return }
            }
        }
        thread.start()
        process.waitUntilExit()
        var end: UInt8 = 0
        write(theirs, &end, 1)
        try eventually { written.withLock { $0.contains(0) } }
        return Shown(
            status: process.terminationStatus, written: written.withLock { $0 }.filter { $0 != 0 }, columns: columns)
    }
}

/// What was written to a terminal.
struct Shown {
    let status: Int32
    /// Each state of each line, as it was before something took its place.
    private(set) var states: [String] = []
    /// What stays to be read.
    private(set) var lines: [String] = [""]
    let hasColour: Bool

    init(status: Int32, written: [UInt8], columns: Int) {
        self.status = status
        let text = String(decoding: written, as: UTF8.self)
        // Foundation finds no escape, for it ignores such characters.
        hasColour = text.utf8.firstRange(of: "\u{1B}[3".utf8) != nil
        var rest = Substring(text)
        while let letter = rest.unicodeScalars.first {
            if rest.hasPrefix("\u{1B}["), let end = rest.dropFirst(2).firstIndex(where: { $0.isLetter }) {
                if rest[end] == "K" { lines[lines.count - 1] = "" }
                rest = rest[rest.index(after: end)...]
                continue
            }
            rest = Substring(rest.unicodeScalars.dropFirst())
            switch letter {
            case "\r": states.append(lines[lines.count - 1])
            case "\n": lines.append("")
            default: lines[lines.count - 1].unicodeScalars.append(letter)
            }
        }
        states += lines
        if lines.last == "" { lines.removeLast() }
    }
}
