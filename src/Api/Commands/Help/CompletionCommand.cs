using System.CommandLine;

namespace DocService.Api.Commands.Help;

/// <summary><c>completion bash|zsh|fish</c>: prints a script that lets a shell complete what is typed, by asking this program.</summary>
internal static class CompletionCommand
{
    /// <summary>What the program is called: by a package, and as it is built.</summary>
    private const string Names = "docservice DocService.Api";

    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = $$"""
            # Completion of docservice for bash. Behind what it knows the shell offers files.
            _docservice() {
              local found
              found=$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null) || return 0
              mapfile -t COMPREPLY < <(compgen -W "$found" -- "${COMP_WORDS[COMP_CWORD]}")
            }
            complete -o default -F _docservice {{Names}}
            """,
        ["zsh"] = $$"""
            #compdef {{Names}}
            # Completion of docservice for zsh. Behind what it knows the shell offers files.
            _docservice() {
              local -a found
              found=(${(f)"$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)"})
              compadd -a found
              _files
            }
            # From a file in fpath this is the function's first call, which completes as well; sourced, it is none.
            if [[ ${funcstack[1]} == _docservice ]]; then _docservice; else compdef _docservice {{Names}}; fi
            """,
        ["fish"] = """
            # Completion of docservice for fish. Behind what it knows the shell offers files.
            function __docservice_found
                set -l words (commandline -po)
                set -l line (commandline -cp)
                $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            for name in docservice DocService.Api
                complete -c $name -a '(__docservice_found)'
            end
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { HelpName = "shell", Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new TaughtCommand(
            "completion",
            "Print a script that lets a shell complete commands and options",
            "source <(docservice completion bash)                                   # for this shell",
            "docservice completion bash > /etc/bash_completion.d/docservice         # for all",
            "docservice completion zsh > ~/.zfunc/_docservice",
            "docservice completion fish > ~/.config/fish/completions/docservice.fish")
        {
            shell,
        };
        command.SetAction(line =>
        {
            line.InvocationConfiguration.Output.WriteLine(Scripts[line.GetRequiredValue(shell)]);
            return ExitCode.Good;
        });
        return command;
    }
}
