import ArgumentParser
import Comfy
import Foundation
import Recipe
import ReproFS
import Store
import SystemPackage

/// Why a command did not do what it was asked to, as a sentence for a person.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What becomes of a failure, whatever it was: what is said, and the exit code. Nothing else decides either.
struct FailureReport {
    /// Sentences; the first is the failure, the others list what it is about.
    let lines: [String]
    let code: ExitCode

    init(_ error: any Error) {
        (lines, code) = (Self.lines(of: error), Self.code(of: error))
    }

    private static func code(of error: any Error) -> ExitCode {
        switch error {
        case is CancellationError, StoreError.interrupted, ComfyError.interrupted: .interrupted
        case StoreError.notAStore: .noStore
        case is ComfyError: .serverFailed
        case is HiddenFiles: .notEmpty
        default: .failure
        }
    }

    private static func lines(of error: any Error) -> [String] {
        switch error {
        case let list as any SeveralLines: list.lines
        case is CancellationError: ["interrupted; everything is as it was"]
        case StoreError.interrupted: ["interrupted; what was done so far stays"]
        case let problem as Errno: [problem.sentence]
        // Errors of the project's own are sentences.
        case let own as any Error & CustomStringConvertible
        where !(error is JSONError) && type(of: own) != NSError.self: ["\(own)"]
        case is JSONError: ["a text that should be JSON is none"]
        default: [foreign(error as NSError)]
        }
    }

    /// What Foundation throws says in codes what it is about.
    private static func foreign(_ error: NSError) -> String {
        let path = error.userInfo[NSFilePathErrorKey] as? String ?? (error.userInfo[NSURLErrorKey] as? URL)?.path
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError
        let posix = [error, cause].compactMap { $0 }.first { $0.domain == NSPOSIXErrorDomain }
        let problem = posix.flatMap { CInt(exactly: $0.code) }.map { Errno(rawValue: $0) }
        switch (path, problem) {
        case (let path?, let problem?): return "cannot use \(path): \(problem)"
        case (let path?, nil): return "cannot use \(path): the system refuses it (\(error.domain) \(error.code))"
        case (nil, let problem?): return problem.sentence
        case (nil, nil): return "the system refuses something (\(error.domain) \(error.code))"
        }
    }
}

extension Errno {
    /// For a failure of which nobody said what it is about.
    fileprivate var sentence: String { "the system refuses something: \(self)" }
}

extension ExitCode {
    /// Some of several items could not be done.
    static let someFailed = ExitCode(2)
    static let otherPixels = ExitCode(3)
    static let unproven = ExitCode(4)
    static let serverFailed = ExitCode(5)
    /// The service's unit does not start a mount again that ended so.
    static let notEmpty = ExitCode(6)
    /// There is no store where one is looked for.
    static let noStore = ExitCode(10)
    /// As shells tell of a program that SIGINT ended.
    static let interrupted = ExitCode(130)
}
