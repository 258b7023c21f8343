import Foundation
import SystemPackage
import Testing

/// JSON documents as the program wrote them, and what `scripts/lib/check-schemas` says of them.
package final class SchemaCheck {
    /// What the script said.
    package struct Verdict {
        /// The names of the schemas that documents were checked by.
        package let names: Set<String>
        /// A line for each problem.
        package let problems: [String]
    }

    private static let script = FilePath(#filePath).removingLastComponent().removingLastComponent()
        .removingLastComponent().appending("scripts/lib/check-schemas")

    private let directory: TemporaryDirectory
    private var files: [String] = []

    package init() throws { directory = try TemporaryDirectory() }

    /// Adds a document, or an array of them, that came from `origin`, such as `list models --json`.
    package func add(_ text: some Sequence<UInt8>, from origin: String) throws {
        let name = "\(files.count) \(origin.replacing("/", with: ":"))"
        files.append(try directory.write(Array(text), to: name).string)
    }

    /// Checks all of them at once. Without Python or its jsonschema the test is cancelled, and so counted as skipped.
    package func verdict() throws -> Verdict {
        let (output, errors) = (Pipe(), directory.appending("errors.txt").string)
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.script.string)
        process.arguments = files
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: errors)
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") else {
            try Test.cancel("skipped: no python3")
        }
        try process.run()
        let told = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        if process.terminationStatus == 77 { try Test.cancel("skipped: python3-jsonschema is not installed") }
        let lines = { (text: String) in text.split(separator: "\n").map(String.init) }
        let problems = lines(try String(contentsOfFile: errors, encoding: .utf8))
        try #require(problems.isEmpty == (process.terminationStatus == 0), "\(problems)")
        return Verdict(names: Set(lines(String(decoding: told, as: UTF8.self))), problems: problems)
    }
}
