import Recipe
import Store
import Testing

@Suite struct `What is asked of a library` {
    private func terms(_ text: String) -> [String] {
        LibraryText(text).terms.map {
            "\($0.isExcluded ? "-" : "")\($0.place) '\($0.text)'\($0.isBeginning ? " *" : "")"
        }
    }

    @Test func `is words, phrases, beginnings of words, and what is to be absent`() {
        #expect(
            terms(#"red "blue cube" -blurry cat* -"two words" a"b c"d"#) == [
                "anywhere 'red'", "anywhere 'blue cube'", "-anywhere 'blurry'", "anywhere 'cat' *",
                "-anywhere 'two words'", "anywhere 'ab cd'",
            ])
        #expect(terms(#""no end"#) == ["anywhere 'no end'"])
        #expect(terms(#""cat*" "-dog""#) == ["anywhere 'cat*'", "anywhere '-dog'"])
    }

    @Test func `is seeds, models and times by their names`() {
        #expect(
            terms(#"seed:42 -seed:7 model:dream* model:"my model""#)
                == ["seed '42'", "-seed '7'", "model 'dream' *", "model 'my model'"])
        #expect(LibraryText("since:2026-10").since == Timestamp(rfc3339: "2026-10-01"))
        #expect(LibraryText("until:2026-12").until == Timestamp(rfc3339: "2027-01-01"))
        #expect(LibraryText("until:2026-02-28").until == Timestamp(rfc3339: "2026-03-01"))
        #expect(LibraryText("since:2026 until:2026").until == Timestamp(rfc3339: "2027-01-01"))
    }

    @Test(arguments: [
        ("sampler:euler", "'sampler:' is none of"), ("seed:x1", "'x1' is not a seed"), ("seed:", "has no value"),
        ("since:yesterday", "is not a date"), ("since:2026-13", "is not a date"), ("until:2026-02-30", "is not a date"),
        ("-since:2026", "is not possible"), ("--", "no letter"), ("***", "no letter"),
    ])
    func `is told where it cannot be understood`(text: String, problem: String) throws {
        let words = LibraryText("cat " + text)
        #expect(words.terms.map(\.text) == ["cat"])
        #expect(try #require(words.problems.first).contains(problem))
        #expect(words.problems.count == 1)
    }

    @Test func `has a NUL for a blank`() {
        #expect(terms("red\0cube \"a\0b\"") == ["anywhere 'red'", "anywhere 'cube'", "anywhere 'a b'"])
    }

    @Test(arguments: ["+5", "05", "5.+1+1", "5.4A", "5.4", "5.zz", "", "x"])
    func `begins at no cursor that it did not give`(text: String) {
        #expect(LibraryCursor(text) == nil)
    }

    @Test func `takes a key in quotation marks for words`() {
        #expect(terms(#""sampler:euler""#) == ["anywhere 'sampler:euler'"])
        #expect(LibraryText(#""sampler:euler""#).problems.isEmpty)
    }

    @Test func `stands in an address and is read back from there`() {
        var query = LibraryQuery()
        #expect(query.parameters.isEmpty)
        query.text = #"a "b c" -d"#
        query.order = .name
        query.folds = false
        query.base = SHA256.digest(of: [1])
        query.filters = [
            .init(.grade, "full"), .init(.lora, "style/ink & wash.safetensors", isExcluded: true),
            .init(.month, "2026-10"), .init(.folder, "output/=&?"),
        ]
        let read = LibraryQuery(parameters: query.parameters + [(name: "after", value: "12")])
        #expect(read == query)
        #expect(read.problems.isEmpty)
    }

    @Test(arguments: [
        ("grade", "best"), ("not-month", "2026-13"), ("order", "random"), ("fold", "yes"), ("under", "12"),
        ("kind", "picture"), ("pinned", "no"), ("reason", "x"), ("proof", "none"), ("lora", ""),
    ])
    func `is not guessed where an address says what it cannot`(name: String, value: String) {
        let query = LibraryQuery(parameters: [(name: name, value: value)])
        #expect(query.problems.count == 1)
        #expect(query.parameters.isEmpty)
    }

    @Test func `compares values of facets by bytes`() {
        #expect(LibraryFilter(.lora, "e\u{301}") != LibraryFilter(.lora, "\u{e9}"))
    }

    @Test func `gives cursors that stand in an address`() {
        for text in ["12", "-12", "12.c3a9", "0."] { #expect(LibraryCursor(text)?.description == text) }
        for text in ["", "x", "12.c3", "12.zz", "12.4", "1.2.3"] { #expect(LibraryCursor(text) == nil, "\(text)") }
    }
}
