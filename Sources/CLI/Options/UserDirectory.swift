import Glibc
import SystemPackage

/// Where a user's own files are, by the XDG Base Directory Specification. A variable that is empty or holds a relative path counts as
/// unset, as the specification says.
enum UserDirectory: String {
    case data = "XDG_DATA_HOME"
    case state = "XDG_STATE_HOME"
    case configuration = "XDG_CONFIG_HOME"
    case runtime = "XDG_RUNTIME_DIR"

    /// Nil if neither its variable nor HOME says where it is.
    var path: FilePath? {
        if let named = Self.variable(rawValue) { return named }
        let usual: FilePath? =
            switch self {
            case .data: ".local/share"
            case .state: ".local/state"
            case .configuration: ".config"
            case .runtime: nil
            }
        return usual.flatMap { Self.home?.pushing($0) }
    }

    static var home: FilePath? { variable("HOME") }

    private static func variable(_ name: String) -> FilePath? {
        getenv(name).map { FilePath(String(cString: $0)) }.flatMap { $0.isAbsolute ? $0.lexicallyNormalized() : nil }
    }
}
