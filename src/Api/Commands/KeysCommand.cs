using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Collections;
using DocService.Storage;

namespace DocService.Api.Commands;

/// <summary><c>keys add|list|revoke|rotate|reset</c>: the API keys of a stopped server's directory. The first key is made here, and turns authentication on.</summary>
internal static class KeysCommand
{
    private static readonly Option<string?> Data = new("--data")
    {
        HelpName = "dir",
        Description = "The data directory; no server may be using it. Default: as the server's settings say, ./data",
        Validators = { CommandOptions.NotEmpty },
        Recursive = true,
    };

    private static readonly Option<string> Name = new("--name") { HelpName = "text", Description = "What the key is called, for people", Required = true };

    private static readonly Option<string> Rights = new("--rights") { HelpName = "list", Description = "read, write, operate: one of them or several, separated by commas", Required = true };

    private static readonly Option<string[]> Prefix = new("--prefix")
    {
        HelpName = "prefix",
        Description = "What the rights are for: the beginning of ids, which ends with '/', or \"*\" for the whole store; may be given again",
        Required = true,
        AllowMultipleArgumentsPerToken = false,
    };

    private static readonly Option<string?> Expires = new("--expires") { HelpName = "moment", Description = "When the key ends, such as 2027-01-31 or 2027-01-31T12:00:00Z. Default: never" };

    private static readonly Argument<string> Id = new("id") { HelpName = "id", Description = "As 'keys list' shows it" };

    public static Command Create()
    {
        var add = new TaughtCommand(
            "add",
            "Make a key, and print it: this once",
            "docservice keys add --name web --rights read,write --prefix notes/ --prefix tasks/",
            "docservice keys add --name admin --rights read,write,operate --prefix '*' --expires 2027-01-31")
        {
            Name, Rights, Prefix, Expires,
        };
        add.SetAction((line, cancellation) => AddAsync(line, cancellation));
        var list = new Command("list", "Print all keys, without their secrets");
        list.SetAction((line, cancellation) => WithKeysAsync(line, makes: false, ListAsync, cancellation));
        var revoke = new Command("revoke", "End a key") { Id };
        revoke.SetAction((line, cancellation) => WithKeysAsync(line, makes: false, keys => RevokeAsync(keys, line.GetRequiredValue(Id)), cancellation));
        var rotate = new Command("rotate", "Give a key another secret, and print it: this once. The id stays; the secret before ends") { Id };
        rotate.SetAction((line, cancellation) => WithKeysAsync(line, makes: false, keys => RotateAsync(keys, line.GetRequiredValue(Id)), cancellation));
        var reset = new Command("reset", "Forget all keys, also where they cannot be read. Requests still need a key: add one") { };
        reset.SetAction((line, cancellation) => WithKeysAsync(line, makes: false, ResetAsync, cancellation, loads: false));
        return new TaughtCommand(
            "keys",
            "Make, list and end the API keys of a stopped server's directory",
            "docservice keys add --data /var/lib/docservice --name web --rights read,write --prefix notes/",
            "docservice keys list --data /var/lib/docservice",
            "docservice keys revoke 3f9c0a1b2c3d4e5f --data /var/lib/docservice")
        {
            Data, add, list, revoke, rotate, reset,
        };
    }

    private static Task<int> AddAsync(ParseResult line, CancellationToken cancellation)
    {
        string name = line.GetRequiredValue(Name);
        string[] prefixes = line.GetRequiredValue(Prefix);
        var named = line.GetRequiredValue(Rights).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().ToDictionary(right => right, _ => prefixes);
        if (ApiKey.Judge(name, named, line.GetValue(Expires), TimeProvider.System.GetUtcNow(), out KeyRights? rights, out DateTimeOffset? expires) is { } fault)
        {
            throw new ConfigurationError(fault);
        }

        return WithKeysAsync(line, makes: true, keys => AddAsync(keys, name, rights!, expires), cancellation);
    }

    private static async Task<int> AddAsync(KeyRing keys, string name, KeyRights rights, DateTimeOffset? expires)
    {
        bool isFirst = !keys.HasKeys;
        if (await keys.AddAsync(name, rights, expires) is not var (key, token))
        {
            Console.Error.WriteLine($"docservice: {KeyRing.Full}");
            return ExitCode.Bad;
        }

        Console.Error.WriteLine($"Key {key.Id} '{key.Name}' is made. This is its secret, which is never shown again:");
        Console.WriteLine(token);
        if (isFirst)
        {
            Console.Error.WriteLine("It is the first: from the next start on every request needs a key.");
        }

        return ExitCode.Good;
    }

    private static Task<int> ListAsync(KeyRing keys)
    {
        foreach (ApiKey key in keys.All)
        {
            string rights = string.Join("; ", key.Rights.ToNames().Select(right => $"{right.Key} {string.Join(' ', right.Value)}"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key.Id}  {key.Name}  {rights}  created {key.Created:yyyy-MM-dd}  expires {(key.Expires is { } end ? end.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "never")}  last used {(key.LastUsed is { } day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "never")}"));
        }

        Console.Error.WriteLine(!keys.IsOn ? "There are no keys: everybody who reaches the server may do everything." : $"{keys.All.Count} of {KeyRing.KeysMax} keys.");
        return Task.FromResult(ExitCode.Good);
    }

    private static async Task<int> RevokeAsync(KeyRing keys, string id)
    {
        if (!await keys.RevokeAsync(id))
        {
            return NoSuch(id);
        }

        Console.Error.WriteLine($"Key {id} is revoked.");
        return ExitCode.Good;
    }

    private static async Task<int> RotateAsync(KeyRing keys, string id)
    {
        if (await keys.RotateAsync(id) is not var (key, token))
        {
            return NoSuch(id);
        }

        Console.Error.WriteLine($"Key {key.Id} '{key.Name}' has another secret, which is never shown again:");
        Console.WriteLine(token);
        return ExitCode.Good;
    }

    private static async Task<int> ResetAsync(KeyRing keys)
    {
        await keys.ResetAsync();
        Console.Error.WriteLine("All keys are forgotten. Requests need a key all the same: 'docservice keys add' makes one.");
        return ExitCode.Good;
    }

    private static int NoSuch(string id)
    {
        Console.Error.WriteLine($"docservice: There is no key '{id}'.");
        return ExitCode.Bad;
    }

    /// <summary>Opens the directory as the server would, with everything that follows the log, and closes it before the process ends.</summary>
    private static async Task<int> WithKeysAsync(ParseResult line, bool makes, Func<KeyRing, Task<int>> run, CancellationToken cancellation, bool loads = true)
    {
        string[] settings = line.GetValue(Data) is { } directory ? [$"{SettingArguments.DataDirectory}={directory}"] : [];
        WebApplicationBuilder builder = Server.CreateBuilder(settings);
        builder.AddDocService();
        builder.Logging.ClearProviders();
        string data = Path.GetFullPath(OptionsLoading.Load(builder.Configuration).NeedFiles().DataDirectory);
        bool isThere = Directory.Exists(data);
        if (!isThere && !makes)
        {
            throw new ConfigurationError($"There is no data directory {data}."); // a misspelt path must not become an empty store
        }

        await using WebApplication app = builder.Build();
        if (app.Services.GetRequiredService<IDocumentStore>().Status is { State: StoreState.Damaged, Reason: var damage })
        {
            Console.Error.WriteLine($"docservice: {damage} Salvage it first (--salvage).");
            return ExitCode.Bad;
        }

        if (!isThere)
        {
            Console.Error.WriteLine($"The data directory {data} is created.");
        }

        await app.Services.GetRequiredService<CollectionService>().LoadAsync(cancellation, ignoresRules: true); // before any write
        KeyRing keys = app.Services.GetRequiredService<KeyRing>();
        if (loads)
        {
            await keys.LoadAsync(cancellation);
        }

        return await run(keys);
    }
}
