import Recipe
import SystemPackage

/// The directories from which a ComfyUI loads node packs: `custom_nodes` of its base directory, and those that its path files name. A
/// report says where these are; they are read with the rights of its writer.
struct PackDirectories {
    private let stated: [FilePath]?

    /// `base`: ComfyUI's base directory; nil for reports of older packs, which do not say it: then only a directory's name shows that it
    /// holds packs. `pathFiles`: files with further paths, such as `extra_model_paths.yaml`.
    init(base: FilePath?, pathFiles: [FilePath], _ reader: ReportReader) {
        guard let base else {
            stated = nil
            return
        }
        var directories = [base.appending("custom_nodes")]
        for path in pathFiles.prefix(16) {
            guard let file = try? reader.file(path), let size = try? file.facts().size, size <= 1 << 20,
                let bytes = try? file.descriptor.readAll(path)
            else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            directories += ExtraPaths.customNodes(in: text).map { FilePath($0) }.map {
                $0.isAbsolute ? $0 : path.removingLastComponent().pushing($0)
            }
        }
        stated = directories
    }

    /// Throws if ComfyUI would not load a pack from there.
    func require(_ pack: FilePath, _ reader: ReportReader) throws(StoreError) {
        let parent = pack.removingLastComponent()
        let refusal = StoreError.refusedReport("it lies in no directory that ComfyUI loads node packs from")
        guard let stated else {
            guard parent.lastComponent?.string == "custom_nodes" else { throw refusal }
            return
        }
        if stated.contains(parent) { return }
        // It may be the same directory under another name.
        let own = try reader.directory(parent).facts()
        for directory in stated {
            if let facts = try? reader.directory(directory).facts(), facts.isSameFile(as: own) { return }
        }
        throw refusal
    }
}

/// Reads the parts of `extra_model_paths.yaml` that name directories of node packs: sections of `key: value` lines in which `base_path`
/// precedes the others. Source: utils/extra_config.py of ComfyUI 0.33.
enum ExtraPaths {
    static func customNodes(in text: String) -> [String] {
        var found: [String] = []
        var base = ""
        var paths: [String] = []
        var isList = false
        var depth = 0
        func finish() {
            found += paths.map { path in
                base.isEmpty || path.utf8.first == UInt8(ascii: "/")
                    ? path : FilePath(base).pushing(FilePath(path)).string
            }
            (base, paths, isList) = ("", [], false)
        }
        for line in text.utf8.split(separator: UInt8(ascii: "\n")).prefix(10_000) {
            let indent = line.prefix { $0 == UInt8(ascii: " ") }.count
            let words = String(decoding: line.dropFirst(indent), as: UTF8.self)
            guard let first = words.utf8.first, first != UInt8(ascii: "#") else { continue }
            if indent == 0 {
                finish()
                continue
            }
            if isList, indent > depth {
                paths.append(Self.value(words))
                continue
            }
            isList = false
            let parts = words.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard parts.count == 2 else { continue }
            let value = Self.value(parts[1])
            switch parts[0] {
            case "base_path": base = value
            case "custom_nodes" where ["|", "|-", ">", ""].contains(value): (isList, depth) = (true, indent)
            case "custom_nodes": paths.append(value)
            default: break
            }
        }
        finish()
        return found.filter { !$0.isEmpty }
    }

    /// A plain or quoted value without surrounding blanks and comment.
    private static func value(_ text: String) -> String {
        var bytes = Array(text.utf8)[...]
        func trim() {
            while bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
            while let last = bytes.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        if let comment = text.places(of: " #").first { bytes = Array(text.utf8[..<comment.lowerBound])[...] }
        trim()
        for quote in [UInt8(ascii: "\""), UInt8(ascii: "'")]
        where bytes.count > 1 && bytes.first == quote && bytes.last == quote {
            bytes = bytes.dropFirst().dropLast()
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
