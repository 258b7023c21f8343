import ArgumentParser
import Comfy
import Foundation
import Recipe
import ReproFS
import Store
import SystemPackage

/// Why a command did not do what it was asked to do, as a sentence for a person.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// What a command says about a failure, and its exit code. Only this type decides either.
struct FailureReport {
    /// Sentences; the first one is the failure, the others list what it is about.
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
        case is CancellationError, StoreError.interrupted: ["interrupted; what was done so far stays"]
        case let problem as Errno: [problem.sentence]
        // The project's own errors are sentences.
        case let own as any Error & CustomStringConvertible
        where !(error is JSONError) && type(of: own) != NSError.self: ["\(own)"]
        case is JSONError: ["a text that should be JSON is not"]
        default: [foreign(error as NSError)]
        }
    }

    /// Turns Foundation's errors, which are codes, into sentences.
    private static func foreign(_ error: NSError) -> String {
        let path = error.userInfo[NSFilePathErrorKey] as? String ?? (error.userInfo[NSURLErrorKey] as? URL)?.path
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError
        let posix = [error, cause].compactMap { $0 }.first { $0.domain == NSPOSIXErrorDomain }
        let problem = posix.flatMap { CInt(exactly: $0.code) }.map { Errno(rawValue: $0) }
        switch (path, problem) {
        case (let path?, let problem?): return "cannot use \(path): \(problem)"
        case (let path?, nil): return "cannot use \(path): the system refused (\(error.domain) \(error.code))"
        case (nil, let problem?): return problem.sentence
        case (nil, nil): return "a call to the system failed (\(error.domain) \(error.code))"
        }
    }
}

extension Errno {
    /// For a failure without context.
    fileprivate var sentence: String { "the system refused a call: \(self)" }
}

extension ExitCode {
    /// Some of several items could not be done.
    static let someFailed = ExitCode(2)
    static let otherPixels = ExitCode(3)
    static let unproven = ExitCode(4)
    static let serverFailed = ExitCode(5)
    /// The service's unit does not restart a mount that ended with this code.
    static let notEmpty = ExitCode(6)
    /// There is no store at the path.
    static let noStore = ExitCode(10)
    /// The code that shells report for a program that SIGINT ended.
    static let interrupted = ExitCode(130)
}
