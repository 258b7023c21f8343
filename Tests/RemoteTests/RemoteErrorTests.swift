import Remote
import Testing

@Suite struct `What a remote's error says` {
    @Test func `is on one line, whatever the registry said`() {
        let error = RemoteError.unexpected("oci://a/b", what: "a blob", status: 500, words: "one\ntwo\u{1B}[2J")
        #expect(error.sentence == "oci://a/b answers a blob with status 500: one\\ntwo\\u{1B}[2J")
    }
}
