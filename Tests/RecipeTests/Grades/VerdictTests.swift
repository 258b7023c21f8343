import Recipe
import Testing

@Suite struct `A verdict` {
    static func verdict(_ models: [Recipe.ModelUse], _ inputs: [Recipe.InputUse] = [], isServed: Bool = true) throws
        -> Verdict
    {
        Verdict(try Examples.recipe(models: models, inputs: inputs)) { _ in isServed ? .here : .nowhere }
    }

    @Test(arguments: [Evidence.observed, .recorded]) func `is full where every byte is known`(evidence: Evidence) throws
    {
        let verdict = try Self.verdict([Examples.model(evidence: evidence)], [Examples.input(evidence: evidence)])
        #expect(verdict.grade == .full)
        #expect(verdict.reasons.isEmpty)
    }

    @Test(arguments: [
        (Evidence.inferred, Reason.Code.modelInferred), (.assumed, .modelAssumed), (.missing, .modelAssumed),
    ])
    func `is approximate by what is known of a model`(evidence: Evidence, code: Reason.Code) throws {
        let verdict = try Self.verdict([Examples.model(evidence: evidence)])
        #expect(verdict.grade == .approximate)
        #expect(verdict.reasons.map(\.code) == [code])
    }

    @Test(arguments: [
        (Evidence.inferred, Reason.Code.inputInferred), (.assumed, .inputAssumed), (.missing, .inputAssumed),
    ])
    func `is approximate by what is known of an input`(evidence: Evidence, code: Reason.Code) throws {
        let verdict = try Self.verdict([], [Examples.input(evidence: evidence)])
        #expect(verdict.grade == .approximate)
        #expect(verdict.reasons.map(\.code) == [code])
    }

    @Test(arguments: Evidence.allCases) func `is partial where nothing was found, whatever the evidence says`(
        evidence: Evidence
    ) throws {
        let verdict = try Self.verdict(
            [Examples.model(evidence: evidence, bytes: nil)],
            [Examples.input(evidence: evidence, bytes: nil)]
        )
        #expect(verdict.grade == .partial)
        #expect(verdict.reasons.map(\.code) == [.modelMissing, .inputMissing])
    }

    @Test(arguments: Evidence.allCases) func `is partial where the bytes cannot be served`(evidence: Evidence) throws {
        let verdict = try Self.verdict(
            [Examples.model(evidence: evidence)],
            [Examples.input(evidence: evidence)],
            isServed: false
        )
        #expect(verdict.grade == .partial)
        #expect(verdict.reasons.map(\.code) == [.modelDamaged, .inputDamaged])
    }

    @Test(arguments: Evidence.allCases) func `is the same where the bytes are at a remote, and says at which`(
        evidence: Evidence
    ) throws {
        let models = [try Examples.model(evidence: evidence)]
        let inputs = [try Examples.input(evidence: evidence)]
        let here = try Self.verdict(models, inputs)
        let there = Verdict(try Examples.recipe(models: models, inputs: inputs)) { _ in .at("team") }
        #expect(there.grade == here.grade)
        #expect(there.reasons.filter { $0.code != .modelElsewhere } == here.reasons)
        #expect(there.reasons.first.map { $0.code == .modelElsewhere && $0.message.contains("'team'") } == true)
    }

    @Test func `asks for each blob by its digest`() throws {
        let recipe = try Examples.recipe(models: [Examples.model(bytes: 1), Examples.model("b.pt", bytes: 2)])
        let lost = try Examples.digest(2)
        let verdict = Verdict(recipe) { $0 == lost ? .nowhere : .here }
        #expect(verdict.reasons.map(\.code) == [.modelDamaged])
        #expect(verdict.reasons.first.map { $0.message.contains("checkpoints/b.pt") } == true)
    }

    @Test func `is partial where a name is refused`() throws {
        let loader = Graphs.node("1", "VAELoader", #""vae_name": "../x""#)
        let image = Graphs.node("2", "LoadImage", #""image": "/y""#)
        let save = Graphs.node("3", "SaveImage", #""a": ["1", 0], "b": ["2", 0]"#)
        let verdict = Verdict(try Graphs.recipe(Graphs.graph([loader, image, save]))) { _ in .here }
        #expect(verdict.grade == .partial)
        #expect(verdict.reasons.map(\.code) == [.nameRefused, .nameRefused])
    }

    @Test func `is partial where nothing was resolved yet`() throws {
        let verdict = Verdict(try Graphs.recipe(Graphs.sampling())) { _ in .here }
        #expect(verdict.grade == .partial)
        #expect(verdict.reasons.map(\.code) == [.modelMissing])
    }

    @Test(arguments: Reason.Code.allCases) func `is never better than what a finding allows`(code: Reason.Code) throws {
        var recipe = try Examples.recipe(models: [Examples.model()])
        recipe.findings = [Reason(code, "said")]
        let verdict = Verdict(recipe) { _ in .here }
        #expect(verdict.grade == code.cap)
        #expect(verdict.reasons == recipe.findings)
    }

    @Test(arguments: Reason.Code.allCases) func `never gets better by a further reason`(code: Reason.Code) throws {
        var recipe = try Examples.recipe(models: [Examples.model(evidence: .inferred)])
        let before = Verdict(recipe) { _ in .here }.grade
        recipe.findings.append(Reason(code, "said"))
        #expect(Verdict(recipe) { _ in .here }.grade <= before)
    }

    @Test func `gives a reason once`() throws {
        var recipe = try Examples.recipe(models: [])
        recipe.findings = [Reason(.seedUnknown, "a"), Reason(.seedUnknown, "b"), Reason(.seedUnknown, "a")]
        #expect(Verdict(recipe) { _ in .here }.reasons.map(\.message) == ["a", "b"])
    }
}

@Suite struct `What is known of bytes` {
    @Test func `is ordered by its strength`() {
        #expect(
            [Evidence.observed, .missing, .recorded, .assumed, .inferred].sorted() == [
                .missing, .assumed, .inferred, .recorded, .observed,
            ]
        )
    }
}
