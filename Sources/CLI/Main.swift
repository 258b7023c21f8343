import ArgumentParser
import Glibc
import ReproFS

@main
struct Reprofs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reprofs",
        abstract: "A models directory that never forgets, so that generated images can be made again.",
        discussion: """
            The store is --store PATH, else $REPROFS_STORE, else $XDG_DATA_HOME/reprofs (~/.local/share/reprofs).

            EXIT CODES
              0   everything was done
              1   nothing was done; the reason is on standard error
              2   some of several items could not be done; the others were
              3   reproduced, but with other pixels
              4   reproduced with the same pixels, or pixels that cannot be compared, without proof of every file
              5   the ComfyUI is absent, refuses the prompt, fails, ends or says nothing
              6   the directory to mount on is not empty
              10  there is no store
              64  the command was not understood
              130 interrupted

            \(CommandFamily.examples)
            """,
        version: ReproFSVersion.current,
        groupedSubcommands: CommandFamily.all.map { CommandGroup(name: $0.name, subcommands: $0.commands) })

    /// Every failure is a sentence on standard error; the exit codes are in the table above.
    static func main() {
        let command: any ParsableCommand
        do { command = try parseAsRoot() } catch {
            // Help and the version arrive as errors, too.
            guard exitCode(for: error) == .success else { refuse(error) }
            if let shell = CompletionScript.shell(askedFor: CommandLine.arguments) {
                Terminal.say(part: CompletionScript.text(for: shell))
            } else if CommandLine.arguments.dropFirst().first == "---completion" {
                // A shell reads it, and a tab separates a word from its description.
                Terminal.say(part: fullMessage(for: error) + "\n")
            } else {
                Terminal.say(text: fullMessage(for: error))
            }
            end(.success)
        }
        end(outcome(of: command))
    }

    private static func outcome(of command: any ParsableCommand) -> ExitCode {
        var command = command
        do {
            try command.run()
            return .success
        } catch let code as ExitCode { return code } catch {
            switch exitCode(for: error) {
            case .validationFailure: refuse(error)
            // 'reprofs list' alone asks for help.
            case .success: Terminal.say(text: fullMessage(for: error))
            default: break
            }
            guard exitCode(for: error) != .success else { return .success }
            if (command as? any AnswersInJSON)?.json == true, let failure = error as? NamingFailure {
                Terminal.say(failure.json)
            }
            Terminal.complain(error)
            return FailureReport(error).code
        }
    }

    /// Ends the process: its arguments cannot be understood.
    private static func refuse(_ error: any Error) -> Never {
        var path = [_commandName]
        var type: any ParsableCommand.Type = Self.self
        for word in CommandLine.arguments.dropFirst() {
            guard let inner = type.configuration.subcommands.first(where: { $0._commandName == word }) else { break }
            type = inner
            path.append(word)
        }
        Terminal.complain(CommandFailure(message(for: error)))
        Terminal.complain("'\(path.joined(separator: " ")) --help' says how it is used.")
        end(.validationFailure)
    }

    /// Ends the process. If standard output failed, the command counts as failed.
    private static func end(_ code: ExitCode) -> Never {
        guard let problem = Terminal.finish() else { Glibc.exit(code.rawValue) }
        Terminal.complain(CommandFailure("standard output cannot be written: \(problem); what was done stays done"))
        Glibc.exit((code.isSuccess ? .failure : code).rawValue)
    }
}
