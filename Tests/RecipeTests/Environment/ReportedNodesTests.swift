import Recipe
import Testing

@Suite struct `What a run tells of its nodes` {
    private func findings(
        changes: [String: String] = [:], _ told: JSON = ["python_module": "custom_nodes.pack", "code": ["uses": []]]
    ) -> [Reason] {
        var recipe = Recipe(generator: .init(name: "ComfyUI", dialect: nil))
        recipe.doubt(
            nodes: ["5": "Pack"], changes: changes, classes: ["Pack": told], isPinned: { _, _ in false },
            isCaptured: { _, _ in false })
        return recipe.findings
    }

    @Test func `is no doubt where nothing changes and its code was read`() {
        #expect(findings(changes: ["5": "same"]).isEmpty)
        #expect(findings().isEmpty, "what was not computed is not known")
    }

    @Test(arguments: ["never", "differs"]) func `is a doubt where a node says that it changes`(_ change: String) {
        #expect(findings(changes: ["5": change]).map(\.code) == [.nodeChanges])
        #expect(findings(changes: ["6": change]).isEmpty, "a node that the image was not made with")
    }

    @Test(arguments: [true, false]) func `is a doubt where a file of the pack that it reads is not kept as it was`(
        _ isKept: Bool
    ) {
        let use: JSON = [
            "text": "reads files or lists them", "what": "open", "file": "a.py", "line": 1, "own": "words.txt",
        ]
        var recipe = Recipe(generator: .init(name: "ComfyUI", dialect: nil))
        recipe.doubt(
            nodes: ["5": "Pack"], changes: [:],
            classes: ["Pack": ["python_module": "custom_nodes.pack", "code": ["uses": [use]]]],
            isPinned: { _, _ in false }, isCaptured: { $0 == "pack" && $1 == "words.txt" && isKept })
        #expect(recipe.findings.map(\.code) == (isKept ? [] : [.nodeUnrepeatable]))
    }

    @Test func `is none where a node that leaves files says that it is to be run each time`() {
        let told: JSON = ["python_module": "custom_nodes.pack", "output_node": true, "code": ["uses": []]]
        #expect(findings(changes: ["5": "never"], told).isEmpty)
    }

    @Test func `is a doubt where nobody has read its code, or it cannot be read, but for ComfyUI's own`() {
        #expect(findings(["python_module": "custom_nodes.pack"]).map(\.code) == [.nodeUnread])
        let unread = findings([
            "python_module": "custom_nodes.pack", "code": ["unread": "net.so is not a Python source"],
        ])
        #expect(unread.map(\.message) == ["what the code of Pack uses was not read: net.so is not a Python source"])
        #expect(findings(["python_module": "nodes"]).isEmpty)
    }
}
