import Foundation
package import SystemPackage
import Testing

/// An authority that nobody knows, and a certificate of it for this machine, in files.
package struct TestCertificate: Sendable {
    /// The authority, as `--ca` takes it.
    package let authority: FilePath
    package let certificate: FilePath
    package let key: FilePath

    /// Has openssl make them for `names`, as it writes them.
    package init(in directory: FilePath, kind: String = "ec", names: [String] = ["IP:127.0.0.1", "DNS:localhost"])
        throws
    {
        authority = directory.appending("ca.pem")
        certificate = directory.appending("server.pem")
        key = directory.appending("server.key")
        let keyOptions =
            kind == "ec" ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : ["-newkey", "rsa:2048"]
        let common = ["req", "-x509", "-nodes", "-days", "2"] + keyOptions
        let caKey = directory.appending("ca.key").string
        try Self.openssl(common + ["-subj", "/CN=test authority", "-keyout", caKey, "-out", authority.string])
        let alternatives = "subjectAltName=" + names.joined(separator: ",")
        try Self.openssl(
            common + [
                "-subj", "/CN=test server", "-addext", alternatives, "-addext", "basicConstraints=critical,CA:FALSE",
                "-CA", authority.string, "-CAkey", caKey, "-keyout", key.string, "-out", certificate.string,
            ])
    }

    /// Runs openssl; what it prints comes back.
    @discardableResult
    package static func openssl(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl") else {
            try Test.cancel("skipped: openssl is not installed")
        }
        let (input_, output) = (Pipe(), Pipe())
        process.arguments = arguments
        process.standardInput = input_
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // Inputs are shorter than what a pipe holds.
        input_.fileHandleForWriting.write(Data(input))
        try input_.fileHandleForWriting.close()
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Errno.ioError }
        return bytes
    }
}
