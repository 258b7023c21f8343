import Foundation

/// The browser of the user's desktop.
enum Browser {
    /// Opens an address; other users of the machine may see it meanwhile. Does nothing if there is no desktop.
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
        // If it fails, the address has been printed.
        try? process.run()
    }
}
