import Remote
import Testing

@Suite struct `The address of a repository` {
    @Test(arguments: [
        ("oci://registry.example/team/models", "registry.example", "team/models"),
        ("oci://Registry.Example:5000/a", "registry.example:5000", "a"),
        ("oci://127.0.0.1:5000/a/b-c/d__e", "127.0.0.1:5000", "a/b-c/d__e"),
        ("oci://[::1]:5000/a.b/", "[::1]:5000", "a.b"),
    ]) func `is a registry and a path in it`(text: String, registry: String, path: String) throws {
        let address = try RemoteAddress(text)
        #expect(address.registry == registry)
        #expect(address.path == path)
    }

    @Test(arguments: [
        "registry.example/team", "https://registry.example/team", "oci://registry.example", "oci://registry.example/",
        "oci:///team",
        "oci://me:secret@registry.example/team", "oci://registry.example/team:tag",
        "oci://registry.example/team@sha256:00",
        "oci://registry.example/Team", "oci://registry.example/a//b", "oci://registry.example/../b",
        "oci://registry.example/a/../b",
        "oci://registry.example/a?b", "oci://registry.example:0/a", "oci://registry.example:65536/a",
        "oci://registry.example:x/a",
        "oci://regi stry/a", "oci://registry.example/a._b", "oci://registry.example/-a", "oci://[::1/a",
    ]) func `is refused if it is something else`(text: String) {
        #expect(throws: RemoteError.self) { try RemoteAddress(text) }
    }

    @Test func `is not repeated with a secret`() {
        do { _ = try RemoteAddress("oci://me:secret@registry.example/team") } catch {
            #expect(!"\(error)".contains("secret"))
        }
    }
}
