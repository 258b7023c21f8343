import Foundation

/// A ComfyUI that is started for one purpose, on a port of its own, and then stopped. If this process is killed, it is too.
package final class ComfyProcess: Sendable {
    /// How long a start may take: large installations import modules for minutes. Seconds.
    private static let patience = 600.0

    /// The directories of a ComfyUI.
    package struct Place: Sendable {
        /// The installation: the directory of `main.py`.
        package var installation: String
        /// The Python that runs it, from ComfyUI's own environment.
        package var python: String
        /// The directory of `models`, `input`, `custom_nodes`, `output`, `user` and `temp`.
        package var base: String
        /// Arguments besides those that ReproFS needs.
        package var arguments: [String] = []
        /// Variables besides those of this process.
        package var environment: [String: String] = [:]

        package init(installation: String, python: String, base: String) {
            self.installation = installation
            self.python = python
            self.base = base
        }
    }

    /// Where it answers.
    package let server: ComfyServer
    private let process: ChildProcess
    private let log: String
    /// Its process number in this process's namespace.
    package var pid: Int32 { process.pid }

    /// Starts it and returns when it answers.
    package static func start(_ place: Place) async throws -> ComfyProcess {
        let main = try requireInstallation(place.installation)
        let port = try freePort()
        let started = try ComfyProcess(place, main: main, port: port)
        do {
            try await started.untilReady()
            return started
        } catch {
            await started.stop()
            throw error
        }
    }

    /// The program of the installation in a directory. Throws if there is none.
    @discardableResult package static func requireInstallation(_ directory: String) throws -> String {
        let main = directory + "/main.py"
        guard FileManager.default.fileExists(atPath: main) else {
            throw ComfyError.cannotStart("there is no main.py in \(directory)")
        }
        return main
    }

    private init(_ place: Place, main: String, port: UInt16) throws {
        log = place.base + "/comfyui.log"
        server = try ComfyServer("http://127.0.0.1:\(port)")
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        guard let output = FileHandle(forWritingAtPath: log) else {
            throw ComfyError.cannotStart("cannot write \(log)")
        }
        var program = ChildProcess.Program(
            path: URL(fileURLWithPath: place.python).path,
            arguments: [main, "--listen", "127.0.0.1", "--port", "\(port)"] + Self.directories(place)
                + ["--disable-auto-launch"] + place.arguments,
            directory: URL(fileURLWithPath: place.installation).path)
        // Nothing may be written beside pinned files, not even bytecode.
        program.environment.merge(["PYTHONDONTWRITEBYTECODE": "1", "REPROFS_CAPTURE": "off"]) { $1 }
        program.environment.merge(place.environment) { $1 }
        do { process = try ChildProcess(program, output: output) } catch {
            throw ComfyError.cannotStart("\(place.python) cannot be run")
        }
    }

    /// The flags that an installation accepts; nil if that is unknown.
    package static func flags(of installation: String) -> Set<String>? {
        guard let text = try? String(contentsOfFile: installation + "/comfy/cli_args.py", encoding: .utf8) else {
            return nil
        }
        // Each flag is in quotation marks.
        let words = text.split { $0 == "\"" || $0 == "'" }
        return Set(words.filter { $0.hasPrefix("--") && !$0.contains(" ") }.map(String.init))
    }

    /// Versions before 0.3.11 have no base directory: each directory is given, and models by a file with paths.
    private static func directories(_ place: Place) -> [String] {
        let options = flags(of: place.installation) ?? ["--base-directory"]
        guard !options.contains("--base-directory") else { return ["--base-directory", place.base] }
        var arguments = [
            "--output-directory", place.base + "/output", "--temp-directory", place.base + "/temp",
            "--input-directory", place.base + "/input", "--extra-model-paths-config", place.base + "/paths.yaml",
        ]
        if options.contains("--user-directory") { arguments += ["--user-directory", place.base + "/user"] }
        return arguments
    }

    /// False once it has ended, for whatever reason.
    package var isRunning: Bool { process.isRunning }

    private func untilReady() async throws {
        let deadline = Date().addingTimeInterval(Self.patience)
        while true {
            guard isRunning else {
                throw ComfyError.cannotStart("it ended by itself; the end of what it said:\n\(ending)")
            }
            if (try? await server.systemStats()) != nil { return }
            guard Date() < deadline else { throw ComfyError.silent(Int(Self.patience)) }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// The last lines that it printed.
    package var ending: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(12).map { "  \($0)" }.joined(separator: "\n")
    }

    /// Ends it, by force if it has not ended after five seconds.
    package func stop() async { await process.stop() }

    private static func freePort() throws -> UInt16 {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else { throw ComfyError.cannotStart("no port is free") }
        return UInt16(bigEndian: address.sin_port)
    }
}
