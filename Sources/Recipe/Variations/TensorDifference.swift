/// How the weights of two safetensors files differ, tensor by tensor.
package struct TensorDifference: Sendable, Equatable {
    /// Names of tensors that only the second file has.
    package private(set) var added: [String] = []
    /// Names of tensors that only the first file has.
    package private(set) var removed: [String] = []
    /// Another kind of number or another shape.
    package private(set) var reshaped: [String] = []
    /// The same kind and shape, other values.
    package private(set) var changed: [String] = []
    /// How many tensors are equal.
    package private(set) var same = 0

    private struct Tensor {
        let kind: JSON
        let start: Int
        let count: Int
    }

    /// Nil if one of them is not a safetensors file. Both are read once, in pieces of a mebibyte.
    package static func between(
        _ a: some ByteSource, _ b: some ByteSource
    ) throws(SourceError) -> TensorDifference? {
        guard let old = try table(a), let new = try table(b) else { return nil }
        var found = TensorDifference()
        found.added = new.keys.filter { old[$0] == nil }.sorted()
        // In the order of the file, so that a disk is read from its beginning to its end.
        for (name, tensor) in old.sorted(by: { $0.value.start < $1.value.start }) {
            guard let other = new[name] else {
                found.removed.append(name)
                continue
            }
            if other.kind != tensor.kind || other.count != tensor.count {
                found.reshaped.append(name)
            } else if try isSame(a, tensor, b, other) {
                found.same += 1
            } else {
                found.changed.append(name)
            }
        }
        return found
    }

    /// Source: the safetensors format: 8 bytes of length, a JSON header, and the tensors by offsets behind it.
    private static func table(_ source: some ByteSource) throws(SourceError) -> [String: Tensor]? {
        guard let (length, isWhole) = try Safetensors.headerLength(source), isWhole,
            let header = (try? JSONParser.parse(try source.read(at: 8, count: length)))?.object
        else { return nil }
        var found: [String: Tensor] = [:]
        for (name, tensor) in header.members where name != "__metadata__" {
            let offsets = tensor["data_offsets"]?.array?.compactMap { $0.number?.int } ?? []
            guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= source.count - 8 - length
            else { continue }
            found[name] = Tensor(
                kind: ["dtype": tensor["dtype"] ?? .null, "shape": tensor["shape"] ?? .null],
                start: 8 + length + offsets[0], count: offsets[1] - offsets[0])
        }
        return found
    }

    private static func isSame(
        _ a: some ByteSource, _ x: Tensor, _ b: some ByteSource, _ y: Tensor
    ) throws(SourceError) -> Bool {
        let piece = 1 << 20
        var offset = 0
        while offset < x.count {
            let count = min(piece, x.count - offset)
            guard try a.read(at: x.start + offset, count: count) == b.read(at: y.start + offset, count: count) else {
                return false
            }
            offset += count
        }
        return true
    }
}
