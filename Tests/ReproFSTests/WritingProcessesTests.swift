import Foundation
import Glibc
import ReproFS
import Support
import SystemPackage
import Testing

@Suite struct `Who has yet to close a file` {
    private let own = getpid()
    /// Another process that is there, and one that is not any more.
    private let other = getppid()
    private let ended: pid_t = 4_194_303

    @Test func `is who opened it`() {
        let processes = WritingProcesses(openedBy: own, of: own)
        #expect(!processes.closed(by: other, of: 0))
        #expect(processes.closed(by: own, of: 0))
    }

    /// A shell opens a file, makes its standard output a copy, and closes the first.
    @Test func `is who has another descriptor of it`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write([1], to: "model").string
        let first = open(path, O_WRONLY)
        let copy = dup(first)
        try #require(first >= 0 && copy >= 0)
        let number = try WritableTree(directory.path).inode("model")
        let processes = WritingProcesses(openedBy: own, of: own)
        close(first)
        #expect(!processes.closed(by: own, of: number))
        close(copy)
        let reader = open(path, O_RDONLY)
        #expect(processes.closed(by: own, of: number))
        close(reader)
    }

    @Test func `is who wrote, too`() {
        let processes = WritingProcesses(openedBy: own, of: own)
        processes.wrote(other)
        #expect(!processes.closed(by: own, of: 0))
        #expect(processes.closed(by: other, of: 0))
        processes.wrote(own)
        #expect(!processes.closed(by: other, of: 0))
        #expect(processes.closed(by: own, of: 0))
    }

    @Test func `is not who has ended`() {
        let processes = WritingProcesses(openedBy: ended, of: ended)
        processes.wrote(own)
        #expect(processes.closed(by: own, of: 0))
    }

    @Test func `is who opened it where the kernel writes what was mapped`() {
        let processes = WritingProcesses(openedBy: own, of: own)
        #expect(processes.closed(by: own, of: 0))
        processes.wrote(nil)
        #expect(processes.closed(by: own, of: 0))
    }
}
