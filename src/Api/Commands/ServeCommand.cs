using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace DocService.Api.Commands;

/// <summary><c>serve</c>, or no command: the server, or with <c>--salvage</c> the repair of its journal. Turns the options into settings.</summary>
internal static class ServeCommand
{
    public const string Description = """
        DocService keeps JSON documents and serves them over HTTP.

        Without a command it serves, on http://localhost:5080 with its data in ./data unless told otherwise:
          docservice --data /var/lib/docservice --port 9000
        Each command has examples of its own: docservice import --help
        """;

    private const string Name = "serve";

    /// <summary>The option, and the key of the configuration that it becomes.</summary>
    public const string IgnoresRules = "--ignore-rules";

    /// <summary>The same: the wall clock is right, although the store's time is another.</summary>
    public const string ConfirmsTime = "--confirm-time";

    /// <summary>The same: anonymous clients may come from other machines.</summary>
    public const string AllowsAnonymous = "--allow-anonymous";

    private static readonly Option<string?> Data = new("--data")
    {
        HelpName = "dir",
        Description = "The data directory; short for --DocService:DataDirectory. Default: ./data",
        Validators = { CommandOptions.NotEmpty },
    };

    private static readonly Option<int?> Port =
        CommandOptions.Number("--port", "The port on localhost; short for --urls http://localhost:N. Default: 5080. 0: a free one", null, 0, ushort.MaxValue);

    private static readonly Option<bool> Salvage = new("--salvage") { Description = "Repair a damaged journal offline, say what is lost, and end" };

    private static readonly Option<bool> IgnoreRules = new(IgnoresRules)
    {
        Description = "With Index=off: start although collections have indexes, and refuse what their unique values would judge",
    };

    private static readonly Option<bool> ConfirmTime = new(ConfirmsTime)
    {
        Description = "Take the wall clock for right where /status has the time in doubt; for one start, after a look at the clock",
    };

    private static readonly Option<bool> AllowAnonymous = new(AllowsAnonymous)
    {
        Description = "Listen where other machines reach it although there are no API keys: whoever does may then do everything",
    };

    /// <summary>Those that become keys of the configuration as they are.</summary>
    private static readonly Option<bool>[] Flags = [IgnoreRules, ConfirmTime, AllowAnonymous];

    private static readonly Option<string[]>[] Settings =
    [
        Setting("--DocService", "Key=value", "A setting of the README's table, such as --DocService:MaxDepth=64"),
        Setting("--urls", "urls", "Addresses to listen on, separated by semicolons"),
        Setting("--environment", "name", "ASP.NET Core's environment. Default: Production"),
        Setting("--Logging", "Key=value", "ASP.NET Core's logging, such as --Logging:LogLevel:Default=Debug"),
        Setting("--Kestrel", "Key=value", "The web server's endpoints, such as --Kestrel:Endpoints:A:Url=http://localhost:5080"),
        Setting("--ConnectionStrings", "Key=value", "The database, with Engine=postgres: --ConnectionStrings:Postgres=\"Host=127.0.0.1;Database=docs;Username=docs\""),
        .. SettingArguments.RareKeys.Select(name => Setting(name, "value", "ASP.NET Core's setting of that name", isHidden: true)),
    ];

    /// <summary>The server is what the program is when no command is named.</summary>
    public static void AddTo(RootCommand root)
    {
        AddOptions(root);
        root.Add(Salvage);
        root.SetAction(async (line, _) => line.GetValue(Salvage) ? SalvageCommand.Run(SettingsOf(line)) : await ServeAsync(line));
    }

    public static Command Create()
    {
        var command = new TaughtCommand(
            Name,
            "Serve documents over HTTP; the same without a command",
            "docservice serve --data /var/lib/docservice --port 9000",
            "docservice serve --urls http://0.0.0.0:8080 --DocService:RequireKeys=true",
            "DocService__MaxDocumentBytes=1048576 docservice serve                   # settings can be in the environment, too");
        AddOptions(command);
        command.SetAction((line, _) => ServeAsync(line));
        return command;
    }

    /// <summary>Whether a command line is the server's.</summary>
    public static bool IsServer(Command command) => command is RootCommand || command.Name == Name;

    /// <summary>The directory, and settings of the configuration: for commands that work with the server's own.</summary>
    public static void AddSettings(Command command)
    {
        command.Add(Data);
        foreach (Option<string[]> setting in Settings)
        {
            command.Add(setting);
        }

        command.Validators.Add(RefuseTwoWords);
    }

    /// <summary>The arguments as ASP.NET Core's configuration reads them.</summary>
    public static string[] SettingsOf(ParseResult line)
    {
        List<string> result = [];
        foreach (Option<string[]> setting in Settings)
        {
            char separator = SettingArguments.Sections.Contains(setting.Name) ? ':' : '=';
            result.AddRange((line.GetValue(setting) ?? []).Select(value => $"{setting.Name}{separator}{value}"));
        }

        if (line.GetValue(Data) is { } directory)
        {
            result.Add($"{SettingArguments.DataDirectory}={directory}");
        }

        result.AddRange(Flags.Where(flag => line.GetValue(flag)).Select(flag => $"{flag.Name}=true"));
        if (line.GetValue(Port) is { } port)
        {
            // A free port cannot be had for both addresses that localhost stands for.
            result.Add(string.Create(CultureInfo.InvariantCulture, $"--urls=http://{(port == 0 ? "127.0.0.1" : "localhost")}:{port}"));
        }

        return [.. result];
    }

    /// <summary>Whether a start has one of the options that become keys of the configuration.</summary>
    public static bool IsGiven(IConfiguration configuration, string option) => configuration.GetValue<bool>(option.TrimStart('-'));

    private static void AddOptions(Command command)
    {
        AddSettings(command);
        command.Add(Port);
        foreach (Option<bool> flag in Flags)
        {
            command.Add(flag);
        }
    }

    private static async Task<int> ServeAsync(ParseResult line) => await Server.RunAsync(SettingsOf(line)) ? ExitCode.Good : ExitCode.Bad;

    private static void RefuseTwoWords(CommandResult line)
    {
        string[] said = [.. Settings.Select(line.GetResult).OfType<OptionResult>().SelectMany(result => result.Tokens.Select(token => $"{result.Option.Name}:{token.Value}"))];
        if (line.GetResult(Data) is not null && said.Any(text => text.StartsWith(SettingArguments.DataDirectory, StringComparison.OrdinalIgnoreCase)))
        {
            line.AddError($"--data and {SettingArguments.DataDirectory} are one setting; give one of them.");
        }

        if (line.GetResult(Port) is not null && said.Any(text => text.StartsWith("--urls", StringComparison.Ordinal)))
        {
            line.AddError("--port and --urls are one setting; give one of them.");
        }
    }

    private static Option<string[]> Setting(string name, string helpName, string description, bool isHidden = false) => new(name)
    {
        HelpName = helpName,
        Description = description,
        Hidden = isHidden,
        Arity = ArgumentArity.OneOrMore, // given again, the last one counts, as with the configuration
        AllowMultipleArgumentsPerToken = false,
        Validators = { HasValues },
    };

    /// <summary>The configuration would take the next argument for a value that is missing.</summary>
    private static void HasValues(OptionResult result)
    {
        bool isSection = SettingArguments.Sections.Contains(result.Option.Name);
        if (isSection && result.Tokens.FirstOrDefault(token => !token.Value.Contains('=', StringComparison.Ordinal)) is { } bare)
        {
            result.AddError($"{result.Option.Name}:{bare.Value} needs a value: {result.Option.Name}:{bare.Value}=<value>.");
        }
        else if (result.Tokens.Count < result.IdentifierTokenCount)
        {
            result.AddError($"{result.Option.Name} needs a value.");
        }
    }
}
