import Foundation
import Recipe
import Store
import Support
import SystemPackage
import Testing

private let name = "checkpoints/model.safetensors"

/// `execve` closes what is closed on exec while the kernel tells nobody of the process: whoever asked /proc for its descriptors would
/// wait for it, and it for the close.
@Suite(.timeLimit(.minutes(20))) struct `A process that becomes another program` {
    /// Runs Perl on a model's path and bytes, which closes on exec what it opens.
    private func run(_ script: String, in models: WritableTree) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/timeout")
        process.arguments = ["-s", "KILL", "30", "perl", "-e", script, models.path(name)]
        let bytes = Pipe()
        process.standardInput = bytes
        try process.run()
        bytes.fileHandleForWriting.write(Data(SmallModel.bytes(seed: 1)))
        try bytes.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func `has closed by that what it was writing`() throws {
        try withLive { models, fixture in
            try run(
                """
                local $/; my $bytes = <STDIN>; open(my $file, '>', $ARGV[0]) or die; syswrite($file, $bytes) or die;
                exec '/bin/true';
                """, in: models)
            try eventually { try fixture.store.digests(of: name) == [SmallModel.digest(seed: 1)] }
        }
    }

    @Test func `goes on writing where another descriptor is left to it`() throws {
        try withLive { models, fixture in
            try run(
                """
                local $/; my $bytes = <STDIN>; open(my $file, '>', $ARGV[0]) or die; syswrite($file, $bytes, 100) or die;
                open(STDOUT, '>&', $file) or die; pipe(my $in, my $out) or die;
                unless (fork) { close $in; syswrite($out, substr($bytes, 100)); exit } close $out;
                open(STDIN, '<&', $in) or die; exec '/bin/cat';
                """, in: models)
            try eventually { try fixture.store.digests(of: name) == [SmallModel.digest(seed: 1)] }
        }
    }

    @Test func `closes nothing that its parent goes on writing`() throws {
        try withLive { models, fixture in
            try run(
                """
                local $/; my $bytes = <STDIN>; open(my $file, '>', $ARGV[0]) or die; syswrite($file, $bytes, 100) or die;
                for (1 .. 3) { my $child = fork // die; exec '/bin/true' unless $child; waitpid $child, 0; $? and die }
                syswrite($file, $bytes, length($bytes) - 100, 100) or die; close $file or die;
                """, in: models)
            try eventually { try fixture.store.digests(of: name) == [SmallModel.digest(seed: 1)] }
        }
    }
}
