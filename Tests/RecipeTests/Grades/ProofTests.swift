import Recipe
import Testing

@Suite struct `Attempts to make an image again` {
    private static func attempt(
        _ verdict: ReproductionVerdict, _ seconds: Int, place: String? = "a card, torch 2.9",
        isFromPinnedBytes: Bool = true,
        largest: Int? = nil, changed: Int = 1, pixels: Int = 100
    ) throws -> Attempt {
        let measured: JSON? = largest.map {
            ["largest": .integer($0), "changedPixels": .integer(changed), "pixels": .integer(pixels)]
        }
        return Attempt(
            verdict, at: Timestamp(seconds: seconds, nanoseconds: 0), certificate: try Examples.digest(UInt8(seconds)),
            place: place, isFromPinnedBytes: isFromPinnedBytes, difference: measured.flatMap { PixelDifference($0) })
    }

    private static func verdict(_ attempts: Attempt...) throws -> Verdict {
        Verdict(try Examples.recipe(models: [Examples.model(evidence: .observed)]), attempts: attempts) { _ in .here }
    }

    @Test func `lower the grade where one from the pinned bytes had other pixels`() throws {
        let verdict = try Self.verdict(try Self.attempt(.different, 1, largest: 30, changed: 25))
        #expect(verdict.grade == .approximate && verdict.reasons.map(\.code) == [.proofDifferent])
        #expect(
            verdict.reasons[0].message
                == "it was made again from these bytes on 1970-01-01 00:00:01 UTC on a card, torch 2.9, with other pixels: "
                + "25.0 % of the pixels differ, by 30 of 255 levels at most")
    }

    @Test func `lower it also after one that was verified`() throws {
        let verdict = try Self.verdict(try Self.attempt(.verified, 1), try Self.attempt(.different, 2))
        #expect(verdict.grade == .approximate && !verdict.isVerified)
    }

    @Test func `raise it again when a later one is verified, which still tells of the difference`() throws {
        let verdict = try Self.verdict(try Self.attempt(.different, 1, largest: 3), try Self.attempt(.verified, 2))
        #expect(verdict.grade == .full && verdict.isVerified && verdict.reasons.map(\.code) == [.verified])
        #expect(verdict.reasons[0].message.contains("; before, on 1970-01-01 00:00:01 UTC"))
    }

    @Test func `are not outweighed by one whose environment is not stated`() throws {
        let verdict = try Self.verdict(try Self.attempt(.different, 1), try Self.attempt(.verified, 2, place: nil))
        #expect(verdict.grade == .approximate && !verdict.isVerified)
        #expect(try Self.verdict(try Self.attempt(.verified, 2, place: nil)).isVerified)
    }

    @Test(arguments: [ReproductionVerdict.unproven, .incomparable]) func `neither raise nor lower it without a proof`(
        verdict: ReproductionVerdict
    ) throws {
        #expect(try Self.verdict(try Self.attempt(verdict, 1)).reasons.isEmpty)
        #expect(try Self.verdict(try Self.attempt(.different, 1), try Self.attempt(verdict, 2)).reasons.count == 1)
        #expect(try Self.verdict(try Self.attempt(.different, 1, isFromPinnedBytes: false)).reasons.isEmpty)
    }

    @Test(arguments: [(1, 1, 100, true), (1, 2, 100, false), (2, 1, 100, false), (1, 0, 99, true), (1, 1, 99, false)])
    func `say where nobody sees the difference`(_ largest: Int, _ changed: Int, _ pixels: Int, _ isInvisible: Bool)
        throws
    {
        let attempt = try Self.attempt(.different, 1, largest: largest, changed: changed, pixels: pixels)
        let verdict = try Self.verdict(attempt)
        #expect(verdict.reasons[0].message.contains("no visible difference: ") == isInvisible)
        #expect(attempt.json["difference"]?["invisible"] == .bool(isInvisible))
        #expect(verdict.grade == .approximate)
    }

    @Test func `are read from their certificates`() throws {
        let pinned: JSON = ["folder": "loras", "name": "a.pt", "sha256": "11"]
        let other: JSON = ["folder": "loras", "name": "a.pt", "sha256": "22"]
        let read = { (opened: [JSON], process: JSON) throws -> Bool in
            let certificate: JSON = ["process": process, "pinned": [pinned], "opened": .array(opened)]
            return Attempt(
                .different, at: Timestamp(seconds: 1, nanoseconds: 0), certificate: try Examples.digest(1),
                reading: certificate
            ).isFromPinnedBytes
        }
        #expect(try read([pinned], ["pid": 1]))
        #expect(try false == read([pinned, other], ["pid": 1]))
        #expect(try false == read([], ["pid": 1]))
        #expect(try false == read([pinned], .null))
    }
}
