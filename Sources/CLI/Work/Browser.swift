import Foundation

/// The browser of the desktop that a command was started from.
enum Browser {
    /// Shows an address, which other users of the machine may see meanwhile. Nothing happens where there is no desktop.
    static func open(_ address: String) {
        let environment = ProcessInfo.processInfo.environment
        let hasDesktop = environment["DISPLAY"] != nil || environment["WAYLAND_DISPLAY"] != nil
        guard hasDesktop else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/xdg-open")
        process.arguments = [address]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        // The address was printed, too.
        try? process.run()
    }
}
