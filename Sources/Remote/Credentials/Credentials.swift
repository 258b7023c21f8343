import Foundation
package import SystemPackage

/// Where logins are looked for: in what Docker, Podman and Skopeo keep. Nothing is kept here.
package struct Credentials: Sendable {
    /// The files, first ones first.
    private let files: [FilePath]
    /// How long a helper may take.
    private let limit: Duration

    /// Looks into these files.
    package init(files: [FilePath], limit: Duration = .seconds(10)) {
        self.files = files
        self.limit = limit
    }

    /// Looks where Docker's and containers' tools do: `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`, then
    /// `$REGISTRY_AUTH_FILE` or `$XDG_RUNTIME_DIR/containers/auth.json`.
    package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        func folder(_ name: String) -> FilePath? {
            environment[name].flatMap { $0.isEmpty ? nil : FilePath($0) }
        }
        let docker = folder("DOCKER_CONFIG") ?? folder("HOME")?.appending(".docker")
        let containers =
            folder("REGISTRY_AUTH_FILE") ?? folder("XDG_RUNTIME_DIR")?.appending("containers").appending("auth.json")
        self.init(files: [docker?.appending("config.json"), containers].compactMap { $0 })
    }

    /// The login for a repository; nil if nobody has one.
    package func login(for address: RemoteAddress) async throws -> Login? {
        for file in files {
            guard let config = Self.read(file).flatMap({ DockerConfig($0) }) else { continue }
            switch config.find(hosts: address.names, path: address.path) {
            case .login(let login): return login
            case .helper(let name):
                if let login = try await CredentialHelper.login(name, for: address.helperName, limit: limit) {
                    return login
                }
            case nil: continue
            }
        }
        return nil
    }

    /// Nil if there is none that can be read, or it is no such file.
    private static func read(_ file: FilePath) -> [UInt8]? {
        guard let descriptor = try? FileDescriptor.open(file, .readOnly, options: [.closeOnExec, .nonBlocking]) else {
            return nil
        }
        return try? descriptor.closeAfter {
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            var count = 0
            while count < bytes.count {
                let read = try bytes.withUnsafeMutableBytes {
                    try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
                }
                if read == 0 { return Array(bytes[..<count]) }
                count += read
            }
            return nil
        }
    }
}
