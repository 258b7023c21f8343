import ArgumentParser
import Comfy
import Glibc
import Recipe
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
              64  the command was not understood

            \(CommandFamily.examples)
            """,
        version: ReproFSVersion.current,
        groupedSubcommands: CommandFamily.all.map { CommandGroup(name: $0.name, subcommands: $0.commands) })

    /// Every failure is a sentence on standard error; the table of exit codes is above.
    static func main() {
        var command: any ParsableCommand
        do { command = try parseAsRoot() } catch {
            // Help and the version come as errors, too.
            guard exitCode(for: error) != .success else {
                if let shell = CompletionScript.shell(askedFor: CommandLine.arguments) {
                    Terminal.say(part: CompletionScript.text(for: shell))
                    exit()
                }
                exit(withError: error)
            }
            refuse(error)
        }
        do { try command.run() } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            guard exitCode(for: error) == .failure else {
                if exitCode(for: error) == .validationFailure { refuse(error) }
                exit(withError: error)
            }
            if (command as? any AnswersInJSON)?.json == true, let failure = error as? NamingFailure {
                Terminal.say(failure.json)
            }
            if error is CancellationError {
                Terminal.complain("reprofs: interrupted; everything is as it was")
            } else {
                Terminal.complain(error)
            }
            exit(
                withError: error is ComfyError
                    ? ExitCode.serverFailed : error is HiddenFiles ? ExitCode.notEmpty : ExitCode.failure)
        }
    }

    /// Ends the process: what it was told cannot be understood.
    private static func refuse(_ error: any Error) -> Never {
        var path = [_commandName]
        var type: any ParsableCommand.Type = Self.self
        for word in CommandLine.arguments.dropFirst() {
            guard let inner = type.configuration.subcommands.first(where: { $0._commandName == word }) else { break }
            type = inner
            path.append(word)
        }
        Terminal.complain("reprofs: \(message(for: error))")
        Terminal.complain("'\(path.joined(separator: " ")) --help' says how it is used.")
        exit(withError: ExitCode.validationFailure)
    }
}

extension ExitCode {
    /// Some of several items could not be done.
    static let someFailed = ExitCode(2)
    static let otherPixels = ExitCode(3)
    static let unproven = ExitCode(4)
    static let serverFailed = ExitCode(5)
    /// The service's unit does not start a mount again that ended so.
    static let notEmpty = ExitCode(6)
}
