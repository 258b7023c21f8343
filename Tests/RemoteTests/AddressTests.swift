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
        "registry.example/team", "ftp://registry.example/team", "oci://registry.example", "oci://registry.example/",
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

    @Test(arguments: [
        ("https://models.example/store", "models.example", "store"),
        ("https://Models.Example:8443/a/My%20store/", "models.example:8443", "a/My%20store"),
        ("http://127.0.0.1", "127.0.0.1", ""), ("https://[::1]:8443//", "[::1]:8443", ""),
    ]) func `is a web server and a directory there`(text: String, server: String, path: String) throws {
        let address = try RemoteAddress(text)
        #expect(address.kind != .registry && address.registry == server && address.path == path)
        #expect(try RemoteAddress(address.description) == address)
    }

    @Test(arguments: [
        "https://", "https:///store", "https://me:secret@models.example/store", "https://models.example/a/../b",
        "https://models.example/store?key=x", "https://models.example/store#x", "https://models.example/a//b",
        "https://models.example/my store", "https://models.example/a\\b", "HTTPS://models.example/store",
    ]) func `is refused if it is no directory at a web server`(text: String) {
        #expect(throws: RemoteError.self) { try RemoteAddress(text) }
    }

    @Test(arguments: ["oci://me:secret@registry.example/team", "https://me:secret@models.example/store"])
    func `is not repeated with a secret`(text: String) {
        do { _ = try RemoteAddress(text) } catch { #expect(!"\(error)".contains("secret")) }
    }
}
