using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using DocService.Api.Commands.Backups;
using DocService.Api.Commands.Help;
using DocService.Api.Commands.Transfers;

namespace DocService.Api.Commands;

/// <summary>The command line: the server and the commands beside it. What is not understood starts nothing.</summary>
internal static class DocServiceCommand
{
    private static readonly ParserConfiguration Parsing = new()
    {
        EnablePosixBundling = false,
        ResponseFileTokenReplacer = null, // a path may begin with @
    };

    /// <summary>Carries out a command line; returns the process's exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult line = Parse(args);
        if (line.Errors.Count > 0)
        {
            return Refuse(line);
        }

        if (FindMisplaced(line) is { } misplaced)
        {
            Console.Error.WriteLine($"docservice: {misplaced}");
            return ExitCode.Usage;
        }

        try
        {
            return await line.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are the host's, or the command's own
            });
        }
        catch (Exception exception) when (StartRefusal.Explain(exception) is { } explanation)
        {
            Console.Error.WriteLine(explanation);
            return ServeCommand.IsServer(line.CommandResult.Command) ? ExitCode.Bad : ExitCode.CannotRun;
        }
    }

    public static ParseResult Parse(string[] args) => Create().Parse(SettingArguments.Normalise(args), Parsing);

    /// <summary>An option of the server before a command that does not know it: it would be passed over in silence.</summary>
    public static string? FindMisplaced(ParseResult line)
    {
        if (ServeCommand.IsServer(line.CommandResult.Command) || line.RootCommandResult.Children.OfType<OptionResult>().FirstOrDefault(static option => !option.Implicit) is not { } option)
        {
            return null;
        }

        string command = line.CommandResult.Command.Name;
        for (SymbolResult? above = line.CommandResult.Parent; above is CommandResult { Command: not RootCommand } group; above = above.Parent)
        {
            command = $"{group.Command.Name} {command}";
        }

        return $"{option.Option.Name} stands before '{command}', which has options of its own behind it. See docservice {command} --help.";
    }

    private static RootCommand Create()
    {
        var root = new RootCommand(ServeCommand.Description) { HelpName = "docservice" };
        ServeCommand.AddTo(root);
        root.Add(ServeCommand.Create());
        root.Add(VerifyCommand.Create());
        root.Add(ReindexCommand.Create());
        root.Add(SalvageCommand.Create());
        root.Add(DoctorCommand.Create());
        root.Add(CrashTestCommand.Create());
        root.Add(KeysCommand.Create());
        root.Add(HealthCommand.Create());
        root.Add(ImportCommand.Create());
        root.Add(ExportCommand.Create());
        root.Add(CompletionCommand.Create());
        root.Add(SnapshotCommand.Create());
        root.Add(BackupCommand.Create());
        root.Add(RestoreCommand.Create());
        ExamplesHelp.AddTo(root);
        return root;
    }

    /// <summary>One line: what is not understood, and what may have been meant.</summary>
    private static int Refuse(ParseResult line)
    {
        string? unknown = line.UnmatchedTokens is [var first, ..] ? first : line.Errors.Select(error => error.SymbolResult).OfType<ArgumentResult>().Select(result => CommandOptions.FindOption(result.Tokens)).FirstOrDefault();
        string reason = line.Errors.Select(error => error.Message).MaxBy(message => unknown is not null && message.Contains(unknown, StringComparison.Ordinal))!;
        string suggestion = unknown is null ? string.Empty : Suggest(line.CommandResult.Command, unknown);
        Console.Error.WriteLine($"docservice: {reason} {suggestion}See docservice --help.");
        return ExitCode.Usage;
    }

    /// <summary>The library's own suggestions, for a name without the value behind it.</summary>
    private static string Suggest(Command command, string unknown)
    {
        string name = unknown.Split(':', '=')[0];
        var bare = new Command(command.Name); // without arguments, which would take the name
        foreach (Option option in command.Options)
        {
            bare.Add(option);
        }

        foreach (Command below in command.Subcommands)
        {
            bare.Add(below);
        }

        ParseResult alone = bare.Parse([name], Parsing);
        if (alone.Action is not ParseErrorAction action)
        {
            return string.Empty;
        }

        action.ShowHelp = false;
        using var output = new StringWriter();
        alone.Invoke(new InvocationConfiguration { Output = output, Error = TextWriter.Null });
        string[] names = [.. output.ToString().Split('\n').Where(text => command.Children.Any(child => child.Name == text) && text.StartsWith('-') == name.StartsWith('-'))];
        return names.Length == 0 ? string.Empty : $"Did you mean {string.Join(" or ", names)}? ";
    }
}
