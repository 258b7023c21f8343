import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// How the node pack tells the outputs of a run that ended before it could name them.
@Suite(.timeLimit(.minutes(20))) struct `The name of an output that says nothing of its graph` {
    @Test(arguments: [
        ("ComfyUI", "ComfyUI_00001_.webp", true), ("ComfyUI", "ComfyUI_00012.mp4", true),
        ("folder/ComfyUI", "ComfyUI_00001_.webp", true), ("ComfyUI", "ComfyUI_x_00001_.webp", false),
        ("ComfyUI", "ComfyUI.webp", false), ("Comfy", "ComfyUI_00001_.webp", false),
        ("a.c", "abc_00001_.webp", false),
        ("%date:yyyy%_cover", "2026_cover_00001_.webp", true), ("%date:yyyy%_cover", "2026_back_00001_.webp", false),
        ("cover_%year%-%month%", "cover_2026-11_00003_.webp", true),
        ("cover_%year%-%month%", "back_2026-11_00003_.webp", false),
        ("%seed%", "17_00001_.webp", true), ("half%", "half_00001_.webp", true),
    ])
    func `is one that the graph saves under`(prefix: String, name: String, isOwn: Bool) throws {
        #expect(try isSaved(name, under: prefix) == isOwn)
    }

    /// The program's own time limit is that of the suite.
    @Test func `is compared in one pass, whatever the graph says`() throws {
        let prefix = Array(repeating: "a", count: 20_001).joined(separator: "%")
        #expect(try !isSaved(String(repeating: "a", count: 250) + ".webp", under: prefix))
    }

    private func isSaved(_ name: String, under prefix: String) throws -> Bool {
        let directory = try TemporaryDirectory()
        let script = """
            import sys, types
            pack = types.ModuleType("reprofs")
            pack.__path__ = [sys.argv[1]]
            sys.modules["reprofs"] = pack
            from reprofs import recovery
            graph = {"1": {"class_type": "SaveImage", "inputs": {"filename_prefix": sys.argv[2]}}, "2": 3}
            print(any(recovery.is_saved_under(sys.argv[3], texts) for texts in recovery.prefixes(graph)))
            """
        let process = Process()
        process.executableURL = URL(filePath: try StandIn.python)
        process.arguments = ["-c", script, StandIn.pack.string, prefix, name]
        process.environment = ["PYTHONPYCACHEPREFIX": directory.path.string]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: said, as: UTF8.self) == "True\n"
    }
}
