import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// What the tab makes of documents that are forged, or of no shape that ReproFS writes.
extension `The tab in ComfyUI` {
    private static let image: [UInt8] = [1, 2, 3]
    private static let id = String(repeating: "a", count: 64)
    private static let unknown = "ReproFS has not recorded this image."

    /// The beginning of what the mount calls the recipe and the card of the image.
    private var named: String { "x.png@\(SHA256.digest(of: Self.image).hex.prefix(8))" }

    private func recipe(of bytes: [UInt8] = image, _ others: String = "") -> String {
        #"{"snapshot":"\#(Self.id)","image":{"name":"x.png","sha256":"\#(SHA256.digest(of: bytes).hex)"},"#
            + #""grade":{"grade":"full","verified":true}\#(others)}"#
    }

    private func recipe(_ standIn: StandIn) throws -> Answer {
        try ask(standIn, "recipe?filename=x.png&type=output")
    }

    private func write(_ text: String, _ name: String) throws {
        try line.directory.write(Array(text.utf8), to: name)
    }

    private func link(_ name: String, to target: String) throws {
        let path = line.directory.appending(name)
        try FileManager.default.createDirectory(
            atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: target)
    }

    /// The tab beside a directory `mount` that looks as a mount does, and an output that is recorded there as `image/x.png`.
    private func withForgedMount(_ body: (StandIn) async throws -> Void) async throws {
        try write(#"{"process":"a"}"#, "mount/.reprofs/whoami")
        try write(#"{"store":"/nowhere"}"#, "mount/.reprofs/status")
        try write("card", "mount/by-image/image/\(named).txt")
        try line.directory.write(Self.image, to: "comfy/output/x.png")
        try await withPage(
            mount: line.directory.appending("mount"), base: line.directory.appending("comfy"), body)
    }

    @Test func `believes no recipe that lies beside the image, however its directory is spelled`() async throws {
        let base = line.directory.appending("comfy")
        try line.directory.write(Self.image, to: "comfy/output/evil/x.png")
        for name in [named, "x.png"] {
            try write(recipe(), "comfy/output/evil/\(name).json")
            try write("secret", "comfy/output/evil/\(name).txt")
        }
        try await withPage(base: base) { standIn in
            _ = try await standIn.run(SmallImage.graph())
            _ = try await listed(standIn)
            for subfolder in [
                "evil", "\(base)/output/evil", "/\(base)/output/evil", "./evil", "evil/../evil",
                "../../comfy/output/evil", "../output/evil", "evil//",
            ] {
                let answer = try ask(standIn, "recipe?filename=x.png&subfolder=\(subfolder)&type=output")
                #expect(answer.problem?.hasPrefix(Self.unknown) == true, "\(subfolder): \(answer)")
            }
            let told = try ask(standIn, "outputs").json["images"]?.array?.first { $0["filename"] == "x.png" }
            #expect(told?["grade"] == .null && told?["verified"] == false)
        }
    }

    @Test func `reads recipes and cards of the mount itself, and none that a link there leads to`() async throws {
        try write("secret", "elsewhere/\(named).txt")
        try write(recipe(), "elsewhere/\(named).json")
        try await withForgedMount { standIn in
            try link("mount/by-image/linked", to: line.directory.appending("elsewhere").string)
            #expect(try recipe(standIn).problem?.hasPrefix(Self.unknown) == true)
            try link("mount/by-image/image/\(named).json", to: "../../../elsewhere/\(named).json")
            #expect(try recipe(standIn).problem?.hasPrefix(Self.unknown) == true)
            try FileManager.default.removeItem(
                atPath: line.directory.appending("mount/by-image/image/\(named).json").string)
            try write(recipe(), "mount/by-image/image/\(named).json")
            let told = try recipe(standIn)
            #expect(told.json["card"] == "card" && told.json["run"]?.string?.contains(Self.id) == true, "\(told)")
            try FileManager.default.removeItem(
                atPath: line.directory.appending("mount/by-image/image/\(named).txt").string)
            try link("mount/by-image/image/\(named).txt", to: "../../../elsewhere/\(named).txt")
            #expect(try recipe(standIn).status == 409)
        }
    }

    @Test func `knows nothing of an image whose recipe is of no shape that ReproFS writes`() async throws {
        let digest = SHA256.digest(of: Self.image).hex
        try await withForgedMount { standIn in
            for text in [
                "", "[]", "7", #"{"image":"x.png"}"#, #"{"image":["\#(digest)"]}"#, #"{"image":{"sha256":7}}"#,
                #"{"image":{"sha256":"\#(digest)"}}"#, #"{"image":{"sha256":"\#(digest)"},"snapshot":"--help"}"#,
                recipe(of: [4]), recipe(", \"a\":" + String(repeating: "[", count: 100_000)),
                recipe(", \"a\":" + String(repeating: "[", count: 9000) + String(repeating: "]", count: 9000)),
            ] {
                try write(text, "mount/by-image/image/\(named).json")
                let answer = try recipe(standIn)
                #expect(answer.problem?.hasPrefix(Self.unknown) == true, "\(text.prefix(100)): \(answer)")
                let told = try ask(standIn, "outputs")
                #expect(told.status == 200 && told.json["images"]?.array?.first?["grade"] == .null, "\(told)")
            }
            try write(recipe(", \"grade\":[]"), "mount/by-image/image/\(named).json")
            let answer = try recipe(standIn)
            #expect(answer.status == 200 && answer.json["grade"] == .null && answer.json["verified"] == false)
        }
    }

    @Test func `varies nothing where a recipe does not name a seed as ReproFS does`() async throws {
        try link("mount/by-snapshot/\(Self.id)", to: String(Self.id.prefix(12)))
        try await withForgedMount { standIn in
            for text in [
                #""passes":7"#, #""passes":{}"#, #""passes":[7]"#, #""passes":[{"node":[]}]"#,
                #""passes":[{"node":"3"}]"#,
                #""passes":[{"node":"3"}],"prompt":[]"#, #""passes":[{"node":"3"}],"prompt":{"3":[]}"#,
                #""passes":[{"node":"3"}],"prompt":{"3":{"inputs":[]}}"#,
                #""passes":[{"node":"3"}],"prompt":{"3":{"inputs":{"seed":true,"noise_seed":"1"}}}"#,
            ] {
                try write(recipe("," + text), "mount/by-snapshot/\(Self.id.prefix(12))/recipe.json")
                let answer = try send(standIn, "vary", #"{"id":"\#(Self.id)"}"#)
                #expect(answer.problem?.hasPrefix("The recipe does not say which node") == true, "\(text): \(answer)")
            }
        }
    }

    @Test func `takes no other snapshot whose id begins with the same digits`() async throws {
        try await withPage { standIn in
            _ = try await standIn.run(SmallImage.graph())
            let id = try #require(try await listed(standIn)["snapshot"]?.string)
            let other = id.prefix(63) + (id.hasSuffix("0") ? "1" : "0")
            for kind in ["reproduce", "vary"] {
                let answer = try send(standIn, kind, #"{"id":"\#(other)"}"#)
                #expect(answer.status == 409 && answer.problem == "ReproFS has no such snapshot.", "\(answer)")
            }
            #expect(try ask(standIn, "run").json["kind"] == .null)
        }
        // Nor where the link of the whole id leads to it.
        try write(recipe(), "mount/by-snapshot/\(Self.id.prefix(12))/recipe.json")
        let other = Self.id.dropLast() + "b"
        try link("mount/by-snapshot/\(other)", to: String(Self.id.prefix(12)))
        try await withForgedMount { standIn in
            let answer = try send(standIn, "reproduce", #"{"id":"\#(other)"}"#)
            #expect(answer.problem == "ReproFS has no such snapshot.", "\(answer)")
        }
    }

    @Test func `lists outputs beside those that another pack reports in shapes of its own`() async throws {
        try write(
            #"""
            from server import PromptServer

            files = [7, {"type": "output"}, {"filename": ["x"], "type": "output"}, {"filename": "\ud800.png", "type": "output"},
                     {"filename": "a\0.png", "type": "output"}, {"filename": "x.png", "subfolder": 7, "type": "output"}]
            PromptServer.instance.prompt_queue.history.update({
                "a": [], "b": {}, "c": {"outputs": []}, "d": {"outputs": "x"},
                "e": {"outputs": {"1": [], "2": {"images": 7}, "3": {"images": files}}}})
            """#, "comfy/custom_nodes/odd/__init__.py")
        try await withForgedMount { standIn in
            let told = try ask(standIn, "outputs")
            #expect(told.json["images"]?.array?.map { $0["filename"] } == ["x.png"], "\(told)")
        }
    }
}
