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
            guard case .config(let config) = Self.read(file) else { continue }
            for found in config.find(hosts: address.names, path: address.path) {
                switch found {
                case .login(let login): return login
                case .helper(let name):
                    if let login = try await CredentialHelper.login(name, for: address.helperName, limit: limit) {
                        return login
                    }
                }
            }
        }
        return nil
    }

    /// Files that are there, but are passed over as nobody can make anything of them.
    var unusable: [String] {
        files.filter { if case .unusable = Self.read($0) { true } else { false } }.map(\.string)
    }

    private enum Contents {
        case absent
        case unusable
        case config(DockerConfig)
    }

    private static func read(_ file: FilePath) -> Contents {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec, .nonBlocking])
        } catch {
            return [.noSuchFileOrDirectory, .notDirectory].contains(error as? Errno) ? .absent : .unusable
        }
        let bytes = try? descriptor.closeAfter { () -> [UInt8]? in
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
        return (bytes ?? nil).flatMap { DockerConfig($0) }.map { .config($0) } ?? .unusable
    }
}
