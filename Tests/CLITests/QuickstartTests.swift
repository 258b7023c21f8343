import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// `scripts/quickstart` with the program that was built for the tests.
@Suite(.timeLimit(.minutes(20))) struct `The quickstart` {
    let line: CommandLineFixture
    init() throws { line = try CommandLineFixture() }

    private func quickstart(_ arguments: String...) throws -> CommandLineFixture.Outcome {
        let root = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        return try line.run(
            tool: "/usr/bin/env",
            ["-u", "REPROFS_STORE", root.appending("scripts/quickstart").string] + arguments,
            environment: [
                "REPROFS": CommandLineFixture.executable, "TMPDIR": line.directory.path.string,
                "XDG_DATA_HOME": line.directory.appending("data").string,
            ])
    }

    @Test func `shows the main job, says what comes next, and leaves nothing behind`() throws {
        let shown = try quickstart()
        #expect(shown.status == 0, "\(shown.complaint)")
        if access("/dev/fuse", R_OK | W_OK) == 0 {
            #expect(shown.output.contains("The live model changed; what the image was made from did not."))
            #expect(shown.output.contains("scripts/quickstart /path/to/ComfyUI"))
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: line.directory.path.string)
        #expect(left.filter { !$0.hasSuffix(".txt") }.isEmpty, "\(left)")
    }

    @Test func `takes somebody's own ComfyUI into the store and changes nothing in it`() throws {
        try line.writeModels(seed: 1)
        let comfy = line.directory.appending("ComfyUI")
        try FileManager.default.createDirectory(atPath: comfy.string, withIntermediateDirectories: true)
        _ = try line.copyImage()
        for name in ["models", "output"] {
            try FileManager.default.moveItem(
                atPath: line.directory.appending(name).string, toPath: comfy.appending(name).string)
        }
        let before = try FileManager.default.subpathsOfDirectory(atPath: comfy.string).sorted()
        let shown = try quickstart(comfy.string)
        #expect(shown.status == 0, "\(shown.complaint)")
        #expect(shown.complaint.contains("Made the store \(line.directory.appending("data/reprofs"))."))
        #expect(shown.output.contains("txt2img_lora_00001_.png"))
        #expect(shown.output.contains("custom_nodes/reprofs") && shown.output.contains("reproduce IMAGE --launch"))
        #expect(try FileManager.default.subpathsOfDirectory(atPath: comfy.string).sorted() == before)
        let missing = try quickstart(line.directory.appending("nowhere").string)
        #expect(missing.status != 0 && missing.complaint.contains("is not a directory"), "\(missing.complaint)")
    }
}
