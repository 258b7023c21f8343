import Recipe
import Testing

@Suite struct `Better evidence` {
    static func snapshot(_ models: [Recipe.ModelUse], _ inputs: [Recipe.InputUse] = [], seconds: Int = 1000) throws
        -> SnapshotDocument
    {
        try Examples.snapshot(Examples.recipe(models: models, inputs: inputs), seconds: seconds)
    }

    @Test(arguments: Evidence.allCases, Evidence.allCases)
    func `for a model makes a superseding snapshot, and only better evidence does`(old: Evidence, new: Evidence) throws
    {
        let before = try Self.snapshot([Examples.model(evidence: old, bytes: 1)])
        let fresh = try Self.snapshot([Examples.model(evidence: new, bytes: 2)])
        let better = before.improved(by: fresh, id: try Examples.digest(50))
        #expect((better != nil) == (new > old))
        if let better {
            #expect(better.parent == (try Examples.digest(50)))
            #expect(better.recipe.models.first?.evidence == new)
            #expect(better.recipe.models.first?.resolution?.sha256 == (try Examples.digest(2)))
        }
    }

    @Test(arguments: Evidence.allCases, Evidence.allCases)
    func `for an input makes a superseding snapshot, and only better evidence does`(old: Evidence, new: Evidence) throws
    {
        let before = try Self.snapshot([], [Examples.input(evidence: old, bytes: 1)])
        let fresh = try Self.snapshot([], [Examples.input(evidence: new, bytes: 2)])
        let better = before.improved(by: fresh, id: try Examples.digest(50))
        #expect((better != nil) == (new > old))
        #expect(better == nil || better?.recipe.inputs.first?.evidence == new)
    }

    @Test func `is nothing where a snapshot meets itself`() throws {
        let snapshot = try Self.snapshot([Examples.model()], [Examples.input()])
        #expect(snapshot.improved(by: snapshot, id: try Examples.digest(50)) == nil)
    }

    @Test func `is taken model by model, and the rest stays`() throws {
        let before = try Self.snapshot([
            Examples.model("a.pt", evidence: .observed, bytes: 1, node: "1"),
            Examples.model("b.pt", evidence: .assumed, bytes: 2, node: "2"),
        ])
        let fresh = try Self.snapshot([
            Examples.model("a.pt", evidence: .inferred, bytes: 3, node: "1"),
            Examples.model("b.pt", evidence: .observed, bytes: 4, node: "2"),
        ])
        let better = try #require(before.improved(by: fresh, id: try Examples.digest(50)))
        #expect(better.recipe.models.map(\.evidence) == [.observed, .observed])
        #expect(try better.recipe.models.map(\.resolution?.sha256) == [Examples.digest(1), Examples.digest(4)])
    }

    @Test func `by time is what was live at an earlier time of the image`() throws {
        let before = try Self.snapshot([Examples.model(evidence: .inferred, bytes: 1)], seconds: 1000)
        let fresh = try Self.snapshot([Examples.model(evidence: .inferred, bytes: 2)], seconds: 900)
        let better = try #require(before.improved(by: fresh, id: try Examples.digest(50)))
        #expect(better.recipe.models.first?.resolution?.sha256 == (try Examples.digest(2)))
        #expect(better.image.time == fresh.image.time)
    }

    @Test(arguments: [1000, 1100]) func `by time is not what was live at the same or a later time`(seconds: Int) throws
    {
        let before = try Self.snapshot([Examples.model(evidence: .inferred, bytes: 1)], seconds: 1000)
        let fresh = try Self.snapshot([Examples.model(evidence: .inferred, bytes: 2)], seconds: seconds)
        #expect(before.improved(by: fresh, id: try Examples.digest(50)) == nil)
    }

    @Test func `by time is nothing where the same bytes were live`() throws {
        let before = try Self.snapshot([Examples.model(evidence: .inferred)], seconds: 1000)
        let fresh = try Self.snapshot([Examples.model(evidence: .inferred)], seconds: 900)
        #expect(before.improved(by: fresh, id: try Examples.digest(50)) == nil)
    }

    @Test(arguments: [Evidence.observed, .recorded, .assumed]) func `by time counts for what was inferred only`(
        evidence: Evidence
    ) throws {
        let before = try Self.snapshot([Examples.model(evidence: evidence, bytes: 1)], seconds: 1000)
        let fresh = try Self.snapshot([Examples.model(evidence: evidence, bytes: 2)], seconds: 900)
        #expect(before.improved(by: fresh, id: try Examples.digest(50)) == nil)
    }

    @Test func `never makes the image younger`() throws {
        let before = try Self.snapshot([Examples.model(evidence: .inferred)], seconds: 1000)
        let fresh = try Self.snapshot([Examples.model(evidence: .observed)], seconds: 2000)
        let better = try #require(before.improved(by: fresh, id: try Examples.digest(50)))
        #expect(better.image.time == before.image.time)
    }

    @Test func `is the files of a directory that was not there before`() throws {
        let before = try Self.snapshot([
            Examples.model(evidence: .observed, node: "1"),
            Examples.model("dir", evidence: .missing, bytes: nil, node: "2"),
        ])
        let fresh = try Self.snapshot([
            Examples.model(evidence: .inferred, bytes: 5, node: "1"),
            Examples.model("dir/a", evidence: .inferred, bytes: 6, node: "2"),
            Examples.model("dir/b", evidence: .inferred, bytes: 7, node: "2"),
        ])
        let better = try #require(before.improved(by: fresh, id: try Examples.digest(50)))
        #expect(better.recipe.models.map(\.reference.name) == ["base.safetensors", "dir/a", "dir/b"])
        // What was observed stays, though all else is new.
        #expect(better.recipe.models.first?.evidence == .observed)
        #expect(better.recipe.models.first?.resolution?.sha256 == (try Examples.digest(1)))
    }

    @Test func `is not a directory that has fewer files now`() throws {
        let before = try Self.snapshot([
            Examples.model("dir/a", evidence: .inferred), Examples.model("dir/b", evidence: .inferred),
        ])
        let fresh = try Self.snapshot([Examples.model("dir/a", evidence: .inferred)], seconds: 900)
        #expect(before.improved(by: fresh, id: try Examples.digest(50)) == nil)
    }

    @Test func `is found again in a snapshot that was stored`() throws {
        let before = try Self.snapshot(
            [Examples.model(evidence: .inferred, bytes: 1)],
            [Examples.input(evidence: .assumed, bytes: 1)]
        )
        let stored = try SnapshotDocument(JSONParser.parse(before.canonicalBytes))
        let fresh = try Self.snapshot(
            [Examples.model(evidence: .observed, bytes: 2)],
            [Examples.input(evidence: .inferred, bytes: 2)]
        )
        let better = try #require(stored.improved(by: fresh, id: try Examples.digest(50)))
        #expect(better.recipe.models.map(\.evidence) == [.observed])
        #expect(better.recipe.inputs.map(\.evidence) == [.inferred])
    }
}
