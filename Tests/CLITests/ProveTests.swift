import Foundation
import Recipe
import Support
import SystemPackage
import Testing

/// 'prove', with the stand-in for ComfyUI and its node pack.
///
/// > `reprofs prove` reproduces images whose runs were reported, beginning with those that would teach most: about node classes and
/// > samplers that have fewer than three runs and that many images depend on. It ends when nothing new would be learned, or when its
/// > minutes are over. It leaves out images that were reproduced before, that are reproductions themselves, or that need a hosted service.
@Suite(.serialized, .timeLimit(.minutes(20))) struct `Proving` {
    let line: CommandLineFixture

    init() throws {
        line = try CommandLineFixture.mountedWithModel()
    }

    /// Returns the path of the first image.
    @discardableResult
    private func make(_ seeds: ClosedRange<UInt64>, on standIn: StandIn) async throws -> String {
        var made: [String] = []
        for seed in seeds {
            let image = try #require(try await standIn.run(SmallImage.graph(seed: seed)).first)
            try await eventually { try line.run("recipe", image.string, "--json").status == 0 }
            made.append(image.string)
        }
        return made[0]
    }

    @Test func `takes the images that teach most, says why, and what was learned`() async throws {
        try await withStandIn(line, pack: true) { standIn in
            let image = try await make(1...5, on: standIn)
            let first = try line.run("prove", "--server", standIn.address)
            #expect(first.status == 0, "\(first.complaint)")
            let lines = first.output.split(separator: "\n").map(String.init)
            #expect(lines.count { $0.contains(": teaches of ") } == 3, "\(first.output)")
            #expect(lines.first?.contains("(0 of 3 runs, 5 images)") == true, "\(first.output)")
            #expect(lines.count { $0.contains("verified: the same pixels") } == 3)
            #expect(
                lines.contains(
                    "  KSampler repeated in 3 of 3 runs; 5 images were made with it; it has now been seen to repeat"),
                "\(first.output)")
            #expect(lines.last == "2 images could still be made again, with '--all'.")

            // What was learned is told of every image, also of one that was not made again.
            let explained = try line.run("explain", image).output
            #expect(explained.contains("What was made again says:"), "\(explained)")
            #expect(explained.contains("  - KSampler repeated in 3 of 3 runs"), "\(explained)")
            let lessons = try #require(try line.run("explain", image, "--json").json?["lessons"]?.array)
            #expect(
                lessons.contains { $0["name"] == "KSampler" && $0["same"]?.number?.int == 3 && $0["repeats"] == true })

            let again = try line.run("prove", "--server", standIn.address)
            #expect(
                again.status == 0
                    && again.output.contains("none of the images that could be made again would teach anything new"))
            let all = try #require(try line.run("prove", "--all", "--json", "--server", standIn.address).json)
            #expect(all["runs"]?.array?.map { $0["verdict"] } == ["verified", "verified"])
            #expect(all["runs"]?.array?.allSatisfy { $0["teaches"]?.array?.isEmpty == true } == true)
            #expect(all["left"]?.number?.int == 0, "what was made again is not an image to be made again")
        }
    }

    @Test func `makes as many as are wanted, and only those with a class that is named`() async throws {
        try await withStandIn(line, pack: true) { standIn in
            try await make(1...3, on: standIn)
            let one = try #require(
                try line.run("prove", "--sample", "1", "--json", "--server", standIn.address).json)
            #expect(one["runs"]?.array?.count == 1 && one["left"]?.number?.int == 2)
            #expect(try line.run("prove", "--class", "KSampler", "--server", standIn.address).status == 0)
            let none = try line.run("prove", "--class", "Nobody's", "--server", standIn.address)
            #expect(none.status == 1 && none.complaint.contains("the node class 'Nobody's'"), "\(none.complaint)")
        }
    }

    @Test func `tells what gave other pixels, and which server is absent`() async throws {
        try await withStandIn(line, pack: true) { _ = try await make(1...2, on: $0) }
        let absent = try line.run("prove", "--server", "http://127.0.0.1:9")
        #expect(absent.status == 5 && absent.complaint.contains("no ComfyUI answers"), "\(absent.complaint)")
        try await withStandIn(line, environment: ["STANDIN_DRIFT": "1"]) { standIn in
            let outcome = try line.run("prove", "--sample", "1", "--server", standIn.address)
            #expect(
                outcome.status == 0 && outcome.output.contains("other pixels"), "\(outcome.output)\(outcome.complaint)")
        }
        #expect(try line.run("prove", "--all", "--sample", "1", "--server", "http://127.0.0.1:9").status == 64)
    }
}
