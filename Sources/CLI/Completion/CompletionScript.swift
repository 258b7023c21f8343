import ArgumentParser
import Recipe

/// The script for a shell's completion: the argument parser's own, with what that lacks.
///
/// With the parser's script a shell offers either files or this program's answers; here it offers both. For bash, the parser's script
/// evaluates the answers, so that a name with `$(…)` in it would be executed, and splits words at characters that occur in names of
/// versions.
enum CompletionScript {
    /// The shell whose script a command line asks for; nil if it asks for none.
    static func shell(askedFor arguments: [String]) -> CompletionShell? {
        guard let option = arguments.firstIndex(of: "--generate-completion-script") else { return nil }
        return arguments.dropFirst(option + 1).first.flatMap { CompletionShell(rawValue: $0) } ?? .autodetected()
    }

    static func text(for shell: CompletionShell) -> String {
        let script = Reprofs.completionScript(for: shell)
        switch shell {
        case .bash: return script + "\n" + bash
        case .fish: return script + "\n" + fish
        case .zsh:
            // The last lines of the script run what is defined before them.
            guard let (before, after) = script.splitAtLast("\nif [[ ") else { return script }
            // What follows '--' belongs to another program; with this entry, zsh would offer no options.
            return before.replacing("\n        '*:arguments:'", with: "") + "\n" + zsh + "\nif [[ " + after + "\n"
        default: return script
        }
    }

    private static let bash = #"""
        __reprofs_custom_complete() {
            local name
            "${COMP_WORDS[0]}" "${@}" "${COMP_WORDS[@]}" 2>/dev/null | while IFS= read -r name; do
                if [[ "${name}" = / ]]; then
                    compgen -f -- "${cur}" | while IFS= read -r name; do
                        [[ -d "${name}" ]] && name+=/
                        printf '%s\n' "${name}"
                    done
                else
                    printf '%s\n' "${name}"
                fi
            done | sort -u | while IFS= read -r name; do
                # Words that compgen is given are expanded as on a command line.
                printf '%q\n' "${name}"
            done
        }

        # Puts words together that bash parts at '@', ':' and '=', which stand in names of models, in versions and in settings.
        _reprofs_whole_words() {
            local -a whole=()
            local -i index current=0
            local rest="${COMP_LINE}" word part="${2}" typed= quoted
            for index in "${!COMP_WORDS[@]}"; do
                word="${COMP_WORDS[index]}"
                if ((index > 0)) && [[ "${rest}" != [[:blank:]]* ]] \
                    && [[ "${word}" = [@:=]* || "${whole[${#whole[@]} - 1]}" = *[@:=] ]]; then
                    ((index == COMP_CWORD)) && typed="${whole[${#whole[@]} - 1]}"
                    whole[${#whole[@]} - 1]+="${word}"
                else
                    whole+=("${word}")
                fi
                if ((index == COMP_CWORD)); then
                    current=$((${#whole[@]} - 1))
                    # What bash replaces begins with the '@' before the word.
                    if [[ "${word}" != [@:=]* ]]; then
                        part="${part#[@:=]}"
                    elif [[ -z "${word//[@:=]/}" ]]; then
                        part="${word}"
                    fi
                fi
                rest="${rest#"${rest%%[![:blank:]]*}"}"
                rest="${rest#"${word}"}"
            done
            typed+="${part}"
            local -a COMP_WORDS=("${whole[@]}")
            local -i COMP_CWORD="${current}"
            _reprofs "${1}" "${typed}" "${whole[current - 1]}"
            # What stands before that is on the line already.
            COMPREPLY=("${COMPREPLY[@]#"${typed%"${2}"}"}")
            # A directory of the store goes on, too, though there is none of its name here.
            [[ "${#COMPREPLY[@]}" = 1 && "${COMPREPLY[0]}" = */ ]] && compopt -o nospace 2>/dev/null
            # As names of files, even those that need it least would be quoted.
            for word in "${COMPREPLY[@]}"; do
                printf -v quoted %q "${word}"
                [[ "${word}" = */ || -d "${word}" || "${quoted}" != "${word}" ]] && return
            done
            compopt +o filenames 2>/dev/null
        }

        complete -o filenames -F _reprofs_whole_words reprofs

        """#

    private static let zsh = #"""
        __reprofs_custom_complete() {
            local -a found names directories
            local name
            local -i files=0 ret=1
            found=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}" 2>/dev/null)"}")
            # The last line is the parser's own.
            found=("${found[@]:0:-1}")
            if [[ "${found[-1]}" = / ]]; then
                found=("${found[@]:0:-1}")
                files=1
                _files && ret=0
            fi
            for name in "${found[@]}"; do
                if (( files )) && [[ -e "${name%%:*}" ]]; then
                    # Offered as a file.
                elif [[ "${name}" = */ ]]; then
                    directories+=("${name}")
                else
                    names+=("${name}")
                fi
            done
            if (( ${#directories} )); then
                compadd -S '' -- "${directories[@]}" && ret=0
            fi
            if (( ${#names} )); then
                __reprofs_complete "${names[@]}" && ret=0
            fi
            return "${ret}"
        }

        """#

    private static let fish = #"""
        functions --erase __reprofs_answer
        functions --copy __reprofs_custom_completion __reprofs_answer
        function __reprofs_custom_completion
            for line in (__reprofs_answer $argv 2>/dev/null)
                if test "$line" = /
                    __fish_complete_path (commandline -ct)
                else
                    printf '%s\n' $line
                end
            end
        end

        """#
}
