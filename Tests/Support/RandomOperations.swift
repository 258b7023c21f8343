package import SystemPackage

/// One operation that programs do to a models directory, with everything that it needs to be done twice.
package enum RandomOperation: Sendable, CustomStringConvertible {
    case write(String, [UInt8])
    case patch(String, Int, [UInt8])
    case append(String, [UInt8])
    case truncate(String, Int)
    case rename(String, String)
    case remove(String)
    case makeDirectory(String)
    case removeDirectory(String)
    case link(String, String)
    case setMode(String, UInt32)
    case touch(String)

    /// Few names, so that they meet each other all the time.
    private static let directories = ["checkpoints", "loras", "loras/style", "checkpoints/.cache", "vae"]
    private static let files = ["x.bin", "y.bin", "z.pt", "n.txt", "x.bin.part", ".h.bin"]

    package static func next(_ random: inout SplitMix64) -> RandomOperation {
        func directory() -> String { directories.randomElement(using: &random) ?? "" }
        func file() -> String { directory() + "/" + (files.randomElement(using: &random) ?? "") }
        func bytes() -> [UInt8] {
            let count = Int.random(in: 1...20_000, using: &random)
            // No format that tells whether it is whole.
            return [1] + (1..<max(2, count)).map { _ in UInt8(truncatingIfNeeded: random.next()) | 0x80 }
        }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<25: return .write(file(), bytes())
        case 25..<35: return .patch(file(), Int.random(in: 0...25_000, using: &random), bytes())
        case 35..<43: return .append(file(), bytes())
        case 43..<51: return .truncate(file(), Int.random(in: 0...30_000, using: &random))
        case 51..<68: return .rename(file(), file())
        case 68..<73: return .rename(directory(), directory())
        case 73..<82: return .remove(file())
        case 82..<90: return .makeDirectory(directory())
        case 90..<93: return .removeDirectory(directory())
        case 93..<96: return .link(file(), files.randomElement(using: &random) ?? "")
        case 96..<98: return .setMode(file(), Bool.random(using: &random) ? 0o600 : 0o644)
        default: return .touch(file())
        }
    }

    package var description: String {
        switch self {
        case .write(let name, let bytes): "write \(name) \(bytes.count)"
        case .patch(let name, let offset, let bytes): "patch \(name) at \(offset) \(bytes.count)"
        case .append(let name, let bytes): "append \(name) \(bytes.count)"
        case .truncate(let name, let size): "truncate \(name) to \(size)"
        case .rename(let old, let new): "rename \(old) \(new)"
        case .remove(let name): "remove \(name)"
        case .makeDirectory(let name): "mkdir \(name)"
        case .removeDirectory(let name): "rmdir \(name)"
        case .link(let name, let target): "symlink \(name) -> \(target)"
        case .setMode(let name, let mode): "chmod \(name) \(mode)"
        case .touch(let name): "touch \(name)"
        }
    }

    /// Does it; what it fails with is part of what two trees must agree on.
    package func run(on tree: WritableTree) -> Errno? {
        do {
            switch self {
            case .write(let name, let bytes): try tree.write(bytes, to: name)
            case .patch(let name, let offset, let bytes): try tree.patch(bytes, at: offset, of: name)
            case .append(let name, let bytes): try tree.append(bytes, to: name)
            case .truncate(let name, let size): try tree.truncate(name, to: size)
            case .rename(let old, let new): try tree.rename(old, to: new)
            case .remove(let name): try tree.remove(name)
            case .makeDirectory(let name): try tree.makeDirectory(name)
            case .removeDirectory(let name): try tree.removeDirectory(name)
            case .link(let name, let target): try tree.link(name, to: target)
            case .setMode(let name, let mode): try tree.setMode(name, mode)
            case .touch(let name): try tree.patch([], at: 0, of: name)
            }
            return nil
        } catch { return (error as? Errno) ?? .ioError }
    }
}

/// What was closed under models' names: each of these is owed a version for ever.
package struct ClosedModels {
    package private(set) var all: Set<String> = []

    package init() {}

    /// Looks at a whole tree after an operation: whatever lies under a model's name now was closed under it.
    package mutating func look(at tree: WritableTree) throws {
        for line in try tree.contents() {
            let parts = line.split(separator: " ")
            guard parts.count == 4, parts[2] != "0", let name = ModelNames.model(String(parts[0])) else { continue }
            all.insert("\(name) \(parts[3])")
        }
    }
}
