/// The names that a model file in Python's pickle format imports: loading such a file may run all of them. It is read as data and never
/// unpickled.
///
/// Source: CPython's `pickletools`; PyTorch's `serialization.py` (a zip file with `data.pkl`, or five pickles one after another);
/// the names that `torch.load(weights_only=True)` accepts.
package struct PickleImports: Sendable, Equatable {
    /// `module.name` of everything that loading would import, sorted.
    package var names: [String] = []
    /// Whether the whole file could be followed; if not, there may be more names.
    package var isComplete = true
    /// Whether the file also has TorchScript code.
    package var hasScript = false

    /// Names that a file with only weights does not need: with them it can run any code.
    package var unusual: [String] { names.filter { !Self.isUsual($0) } }

    /// A warning for the person who wants to load the file.
    package var warning: String {
        var parts = ["loading it can run code"]
        if !unusual.isEmpty {
            let shown = unusual.prefix(5).joined(separator: ", ")
            parts.append("it imports \(shown)\(unusual.count > 5 ? " and \(unusual.count - 5) more" : "")")
        } else if isComplete, !hasScript {
            parts.append("it imports nothing but what weights need")
        }
        if hasScript { parts.append("it has TorchScript code") }
        if !isComplete { parts.append("not all of it could be followed") }
        return parts.joined(separator: "; ")
    }

    package init(names: [String] = [], isComplete: Bool = true, hasScript: Bool = false) {
        self.names = names
        self.isComplete = isComplete
        self.hasScript = hasScript
    }

    /// The most pickle data that is followed, in one pickle and in a whole archive. Bytes.
    static let limit = 32 << 20
    private static let archiveLimit = 256 << 20

    /// Reads a file of any kind; nil if it is not a pickle and contains none.
    package static func read(_ source: some ByteSource) throws(SourceError) -> PickleImports? {
        let head = try source.read(at: 0, count: 512)
        if head.starts(with: [0x50, 0x4B, 3, 4]) { return try readArchive(source) }
        if head.count == 512, head[257..<262].elementsEqual("ustar".utf8) {
            // PyTorch's oldest format is a tar file with pickles.
            return PickleImports(isComplete: false)
        }
        guard head.count >= 2, head[0] == 0x80, (2...5).contains(head[1]) else { return try readText(source, head) }
        var scan = PickleScan()
        var found = PickleImports()
        var offset = 0
        // PyTorch writes five pickles, and then numbers, which do not begin like a pickle.
        for _ in 0..<5 {
            guard try source.read(at: offset, count: 1) == [0x80] else { break }
            guard let length = try follow(source, from: offset, &scan) else {
                found.isComplete = false
                break
            }
            offset += length
        }
        found.names = scan.names.sorted()
        return found
    }

    /// The length of the pickle at `offset`; nil if it is broken or too long. Most are short, so little is read at first.
    static func follow(
        _ source: some ByteSource, from offset: Int, _ scan: inout PickleScan
    ) throws(SourceError) -> Int? {
        for count in [1 << 20, limit] {
            let bytes = try source.read(at: offset, count: min(count, source.count - offset))
            if let length = scan.follow(bytes[...]) { return length }
            if bytes.count < count { return nil }
        }
        return nil
    }

    /// Protocol 0 has no mark at its beginning: such a file counts as a pickle only if it ends like one and imports a name.
    private static func readText(_ source: some ByteSource, _ head: [UInt8]) throws(SourceError) -> PickleImports? {
        guard let first = head.first, Array("(c]})ldi".utf8).contains(first) else { return nil }
        var scan = PickleScan()
        let bytes = try source.read(at: 0, count: min(1 << 20, source.count))
        guard scan.follow(bytes[...]) != nil, !scan.names.isEmpty else { return nil }
        return PickleImports(names: scan.names.sorted())
    }

    private static func readArchive(_ source: some ByteSource) throws(SourceError) -> PickleImports? {
        guard let files = try ZipDirectory.read(source) else { return PickleImports(isComplete: false) }
        var found = PickleImports()
        var isPickle = false
        var scan = PickleScan()
        var left = archiveLimit
        for file in files {
            if file.name.hasSuffix(".py") || file.name.hasSuffix(".pyc") { found.hasScript = true }
            guard file.name.hasSuffix(".pkl") || file.name.hasSuffix(".pickle") else { continue }
            isPickle = true
            guard left > 0, let bytes = try file.bytes(in: source, limit: min(limit, left)),
                scan.follow(bytes[...]) != nil
            else {
                found.isComplete = false
                left -= 1 << 20
                continue
            }
            left -= bytes.count
        }
        found.names = scan.names.sorted()
        return isPickle || found.hasScript ? found : nil
    }

    private static func isUsual(_ name: String) -> Bool {
        if usual.contains(name) { return true }
        guard name.hasPrefix("torch.") else { return false }
        let rest = name.dropFirst("torch.".count)
        return rest.hasPrefix("_utils._rebuild_") || rest.hasSuffix("Storage") && !rest.contains(".")
            || rest.hasSuffix("Tensor") && !rest.contains(".")
    }

    private static let usual: Set<String> =
        Set(
            [
                "float16", "float32", "float64", "bfloat16", "half", "float", "double", "int8", "int16", "int32",
                "int64",
                "uint8", "bool", "complex64", "complex128", "Size", "device", "storage.UntypedStorage",
                "storage.TypedStorage", "_tensor._rebuild_from_type_v2", "nn.parameter.Parameter",
                "serialization._get_layout",
                "float8_e4m3fn", "float8_e5m2",
            ].map { "torch." + $0 }
        ).union([
            "collections.OrderedDict", "collections.Counter", "builtins.set", "builtins.bytearray", "_codecs.encode",
            "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray._reconstruct", "numpy.core.multiarray.scalar",
            "numpy._core.multiarray._reconstruct", "numpy._core.multiarray.scalar",
        ])
}
