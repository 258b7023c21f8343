import Recipe
import Testing

@Suite struct `A timestamp` {
    /// Seconds as `date -u +%s` gives them.
    static let known: [(Int, Int, String)] = [
        (0, 0, "1970-01-01T00:00:00Z"), (1, 0, "1970-01-01T00:00:01Z"), (0, 1, "1970-01-01T00:00:00.000000001Z"),
        (-1, 0, "1969-12-31T23:59:59Z"), (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
        (-86_400, 0, "1969-12-31T00:00:00Z"),
        (-2_208_988_800, 0, "1900-01-01T00:00:00Z"), (-2_203_891_200, 0, "1900-03-01T00:00:00Z"),
        (951_782_400, 0, "2000-02-29T00:00:00Z"), (951_868_799, 0, "2000-02-29T23:59:59Z"),
        (951_868_800, 0, "2000-03-01T00:00:00Z"),
        (1_709_164_800, 500_000_000, "2024-02-29T00:00:00.500000000Z"), (1_709_251_200, 0, "2024-03-01T00:00:00Z"),
        (1_735_689_599, 0, "2024-12-31T23:59:59Z"), (1_767_225_600, 0, "2026-01-01T00:00:00Z"),
        (4_107_542_400, 0, "2100-03-01T00:00:00Z"), (4_107_456_000, 0, "2100-02-28T00:00:00Z"),
        (-6_106_060_800, 0, "1776-07-04T00:00:00Z"),
    ]

    @Test(arguments: known) func `is written as RFC 3339 in UTC`(seconds: Int, nanoseconds: Int, text: String) {
        #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).description == text)
    }

    @Test(arguments: known) func `is read from what it writes`(seconds: Int, nanoseconds: Int, text: String) throws {
        let time = try #require(Timestamp(text))
        #expect(time.seconds == seconds)
        #expect(time.fraction == nanoseconds)
        #expect(time == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
    }

    @Test func `survives the round trip on every day from 1890 to 2110`() throws {
        for day in -29_220..<51_135 {
            let time = Timestamp(seconds: day * 86_400 + 3661, nanoseconds: 0)
            try #require(Timestamp(time.description) == time)
        }
    }

    @Test(arguments: [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max]) func `can be any 64-bit count of nanoseconds`(
        nanoseconds: Int64
    ) throws {
        let time = Timestamp(nanoseconds: nanoseconds)
        #expect((0..<1_000_000_000).contains(time.fraction))
        #expect(time.description.hasSuffix("Z"))
    }

    @Test(arguments: [
        "", "Z", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00+00:00", "1970-01-01 00:00:00Z",
        "1970-1-1T0:0:0Z",
        "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-01-32T00:00:00Z", "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.5Z",
        "1970-01-01T00:00:00.000000000Z", "1970-01-01t00:00:00z", "x1970-01-01T00:00:00Z", "1970-01-01T00:00:00ZZ",
        "１970-01-01T00:00:00Z", "-1970-01-01T00:00:00Z",
    ])
    func `is not made from other text`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    /// People and programs ask the mount for any name, so that arithmetic on it must not overflow.
    @Test(arguments: [
        "9223372036854775807-01-01T00:00:00Z", "99999999999999-01-01T00:00:00Z",
        "1970-01-9223372036854775807T00:00:00Z",
        "1970-01-01T9223372036854775807:00:00Z", "1970-01-01T00:9223372036854775807:00Z",
        "1970-01-01T00:00:9223372036854775807Z", "1970-01-01T00:00:00.9223372036854775807Z", "9999-12-31T23:59:59Z",
        "2262-04-11T23:47:16.900000000Z", "0000-01-01T00:00:00Z", "1677-09-21T00:12:42Z",
    ])
    func `is not made from an instant that it cannot hold`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [(9_223_372_036, 999_999_999), (Int.max, 0), (9_223_372_037, 0)])
    func `stays late for a later file time`(seconds: Int, nanoseconds: Int) {
        #expect(
            Timestamp(seconds: seconds, nanoseconds: nanoseconds) > Timestamp(seconds: 4_000_000_000, nanoseconds: 0)
        )
    }

    @Test(arguments: [Int.min, -9_223_372_037]) func `stays early for an earlier file time`(seconds: Int) {
        #expect(Timestamp(seconds: seconds, nanoseconds: 0) < Timestamp(seconds: -4_000_000_000, nanoseconds: 0))
    }

    @Test func `is ordered as time goes`() {
        #expect(Timestamp(seconds: -1, nanoseconds: 999_999_999) < Timestamp(seconds: 0, nanoseconds: 0))
    }

    @Test func `is brief for people`() {
        #expect(Timestamp(seconds: 951_868_799, nanoseconds: 7).brief == "2000-02-29 23:59:59")
    }
}
