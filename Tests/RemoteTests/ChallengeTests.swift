import Remote
import Testing

@Suite struct `A challenge` {
    @Test func `is read with its parameters, quoted or not`() {
        let header =
            #"Bearer realm="https://auth.example/token?a=b,c",service=reg.example , scope="repository:a:pull,push \"x\"""#
        let challenge = Challenge.all(in: [header])
        #expect(challenge.map(\.scheme) == ["bearer"])
        #expect(
            challenge.first?.parameters == [
                "realm": "https://auth.example/token?a=b,c", "service": "reg.example",
                "scope": #"repository:a:pull,push "x""#,
            ])
    }

    @Test func `may be one of several, in one header or in many`() {
        let found = Challenge.all(in: [#"Negotiate, Basic realm="a", Bearer realm="https://b""#, "Digest x=1"])
        #expect(found.map(\.scheme) == ["negotiate", "basic", "bearer", "digest"])
        #expect(found[2].parameters == ["realm": "https://b"])
    }

    @Test(arguments: ["", ",,,", "=\"", "Bearer realm=\"a", "Bearer realm=", "\u{0}\u{1}", "Bearer =x", "\"\\"])
    func `is no challenge, or an empty one, if it is nonsense`(header: String) {
        #expect(Challenge.all(in: [header]).count <= 1)
    }

    @Test func `is not read without end`() {
        #expect(Challenge.all(in: [String(repeating: "a,", count: 100_000)]).count <= 64)
    }
}
