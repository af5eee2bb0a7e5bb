using System.CommandLine;
using System.CommandLine.Invocation;

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
            return line.CommandResult.Command is RootCommand ? ExitCode.Bad : ExitCode.CannotRun;
        }
    }

    public static ParseResult Parse(string[] args) => Create().Parse(SettingArguments.Normalise(args), Parsing);

    private static RootCommand Create()
    {
        var root = new RootCommand(ServeCommand.Description) { HelpName = "docservice" };
        ServeCommand.AddTo(root);
        root.Add(VerifyCommand.Create());
        root.Add(ReindexCommand.Create());
        root.Add(DoctorCommand.Create());
        root.Add(CrashTestCommand.Create());
        root.Add(KeysCommand.Create());
        return root;
    }

    /// <summary>One line: what is not understood, and what may have been meant.</summary>
    private static int Refuse(ParseResult line)
    {
        string? unknown = line.UnmatchedTokens is [var first, ..] ? first : null;
        string reason = line.Errors.Select(error => error.Message).MaxBy(message => unknown is not null && message.Contains(unknown, StringComparison.Ordinal))!;
        string suggestion = unknown is null ? string.Empty : Suggest(line.CommandResult.Command, unknown);
        Console.Error.WriteLine($"docservice: {reason} {suggestion}See docservice --help.");
        return ExitCode.Usage;
    }

    /// <summary>The library's own suggestions, for a name without the value behind it.</summary>
    private static string Suggest(Command command, string unknown)
    {
        string name = unknown.Split(':', '=')[0];
        ParseResult alone = command.Parse([name], Parsing);
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
