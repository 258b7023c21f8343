import Foundation
import Glibc
import ReproFS
import Testing

@Suite struct `Who has yet to close a file` {
    private let own = getpid()
    /// Another process that is there, and one that is not any more.
    private let other = getppid()
    private let ended: pid_t = 4_194_303

    @Test func `is who opened it`() {
        let processes = WritingProcesses(openedBy: own, of: own)
        #expect(!processes.closed(by: other))
        #expect(processes.closed(by: own))
    }

    @Test func `is who wrote, too`() {
        let processes = WritingProcesses(openedBy: own, of: own)
        processes.wrote(other)
        #expect(!processes.closed(by: own))
        #expect(processes.closed(by: other))
        processes.wrote(own)
        #expect(!processes.closed(by: other))
        #expect(processes.closed(by: own))
    }

    @Test func `is not who has ended`() {
        let processes = WritingProcesses(openedBy: ended, of: ended)
        processes.wrote(own)
        #expect(processes.closed(by: own))
    }

    @Test func `is who opened it where the kernel writes what was mapped`() {
        let processes = WritingProcesses(openedBy: own, of: own)
        #expect(processes.closed(by: own))
        processes.wrote(nil)
        #expect(processes.closed(by: own))
    }
}
