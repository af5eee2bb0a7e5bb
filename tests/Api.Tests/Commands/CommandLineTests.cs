using System.CommandLine;
using DocService.Api.Commands;

namespace DocService.Api.Tests.Commands;

/// <summary>What the command line means, without starting anything.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--data some/where", "--DocService:DataDirectory=some/where")]
    [InlineData("--data=x", "--DocService:DataDirectory=x")]
    [InlineData("--data @x", "--DocService:DataDirectory=@x")]
    [InlineData("--port 9000", "--urls=http://localhost:9000")]
    [InlineData("--port 0", "--urls=http://127.0.0.1:0")] // not to be had for localhost, which is two addresses
    [InlineData("--urls http://a:1;http://b:2", "--urls=http://a:1;http://b:2")]
    [InlineData("--URLS=http://a:1", "--urls=http://a:1")]
    [InlineData("--urls=http://a:1 --urls=http://b:2", "--urls=http://a:1 --urls=http://b:2")] // the last one counts
    [InlineData("--DocService:MaxDepth=64", "--DocService:MaxDepth=64")]
    [InlineData("--docservice:maxdepth 64", "--DocService:maxdepth=64")]
    [InlineData("--DocService:BusyTimeout=00:00:01", "--DocService:BusyTimeout=00:00:01")]
    [InlineData("--DocService:DataDirectory=a=b", "--DocService:DataDirectory=a=b")]
    [InlineData("--DocService:DataDirectory=", "--DocService:DataDirectory=")] // refused later, with the key's name
    [InlineData("--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Default=Debug")]
    [InlineData("--Logging:LogLevel:Default Debug", "--Logging:LogLevel:Default=Debug")]
    [InlineData("--Kestrel:Endpoints:A:Url=http://localhost:1", "--Kestrel:Endpoints:A:Url=http://localhost:1")]
    [InlineData("--environment Development", "--environment=Development")]
    [InlineData("--contentRoot=/x --applicationName y", "--contentRoot=/x --applicationName=y")]
    [InlineData("--http_ports 1;2", "--http_ports=1;2")]
    [InlineData("", "")]
    public void Server_Arguments_BecomeSettings(string line, string settings)
    {
        ParseResult parsed = Parse(line);

        Assert.Empty(parsed.Errors);
        Assert.Equal(Words(settings).Order(StringComparer.Ordinal), ServeCommand.SettingsOf(parsed).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--dta x")]
    [InlineData("--data")]
    [InlineData("--data=")]
    [InlineData("--data x --data y")]
    [InlineData("--data x --DocService:DataDirectory=y")]
    [InlineData("--docservice:datadirectory y --data x")]
    [InlineData("--port 1 --urls http://localhost:2")]
    [InlineData("--port 65536")]
    [InlineData("--port -1")]
    [InlineData("--port x")]
    [InlineData("--urls")]
    [InlineData("--DocService")]
    [InlineData("--DocService:MaxDepth=5 --DocService")]
    [InlineData("--DocService:DataDirectory")] // the configuration would take what follows for the directory
    [InlineData("--DocService:DataDirectory --port 9000")]
    [InlineData("--DocService:DataDirectory --DocService:MaxDepth=5")]
    [InlineData("--port 0 --docservice:maxdepth")]
    [InlineData("--Kestrel:Endpoints:A:Url --port 9000")]
    [InlineData("--urls http://a:1 --urls")]
    [InlineData("--DocServic:MaxDepth=5")]
    [InlineData("-d x")]
    [InlineData("/data=x")]
    [InlineData("urls=http://localhost:1")]
    [InlineData("./data")]
    [InlineData("serve more")]
    [InlineData("serve --salvage")]
    [InlineData("salvage --port 1")]
    [InlineData("serve --data x --DocService:DataDirectory=y")]
    [InlineData("--data x verify")]
    [InlineData("-- x")]
    [InlineData("--salvage=no")]
    [InlineData("verify")]
    [InlineData("verify --data")]
    [InlineData("verify --data x --data y")]
    [InlineData("verify --data x more")]
    [InlineData("verify --data x --DocService:MaxDepth=5")]
    [InlineData("doctor --data x --rounds 0")]
    [InlineData("doctor --data x --rounds 1e1")]
    [InlineData("crashtest --data x --kills -1")]
    [InlineData("crashtest --data x --kills 1000001")]
    [InlineData("crashtest --data x --seed abc")]
    [InlineData("import")]
    [InlineData("import a --url ftp://a")]
    [InlineData("import a --url http://a/?b=c")]
    [InlineData("import a --url http://user:word@a/")]
    [InlineData("import a --url")]
    [InlineData("import a --from xml")]
    [InlineData("import a --on-conflict merge")]
    [InlineData("import a --key=")]
    [InlineData("snapshot list --url ftp://a")]
    [InlineData("snapshot list --url http://a/?b=c")]
    [InlineData("snapshot list --url http://user:word@a/")]
    [InlineData("snapshot list --url http://a/#b")]
    [InlineData("snapshot --url= list")]
    [InlineData("snapshot take --keep 0")]
    [InlineData("backup --to x --url a:1")]
    [InlineData("backup --to x --key=")]
    [InlineData("backup --to x --keep 0")]
    [InlineData("health --url http://user:word@a/")]
    [InlineData("health --url http://a/?b=c")]
    [InlineData("import a --restrat")]
    [InlineData("export more")]
    [InlineData("export --to=")]
    [InlineData("completion tcsh")]
    [InlineData("completion")]
    public void Arguments_NotUnderstood_AreRefused(string line) => Assert.NotEmpty(Parse(line).Errors);

    [Theory]
    [InlineData("verify --data x", "verify")]
    [InlineData("doctor --data x --rounds 7", "doctor")]
    [InlineData("crashtest --data x --kills 1 --cuts 2 --idle 3 --seed 4 --under strace", "crashtest")]
    [InlineData("serve --data x --port 1 --DocService:MaxDepth=5", "serve")]
    [InlineData("salvage --data x --DocService:SegmentBytes=5", "salvage")]
    [InlineData("import a b - --url https://a:1/store --key k --prefix p/ --from couchdb --on-conflict skip --note n --restart", "import")]
    [InlineData("export --url http://a --key k --to f --prefix p --filter {}", "export")]
    [InlineData("snapshot --url http://a/store take --key k --name n --keep 3", "take")]
    [InlineData("backup --url http://a --key k --to d --keep 3", "backup")]
    [InlineData("health --url http://a/store/", "health")]
    [InlineData("completion zsh", "completion")]
    public void Command_ByItsName_IsFound(string line, string name)
    {
        ParseResult parsed = Parse(line);

        Assert.Empty(parsed.Errors);
        Assert.Equal(name, parsed.CommandResult.Command.Name);
    }

    [Theory]
    [InlineData("--data x keys list")]
    [InlineData("--port 1 import a")]
    [InlineData("--salvage export")]
    public void OptionsOfTheServer_BeforeAnotherCommand_AreNotPassedOver(string line) => Assert.NotNull(DocServiceCommand.FindMisplaced(Parse(line)));

    [Theory]
    [InlineData("serve --data x")]
    [InlineData("--data x")]
    [InlineData("keys list --data x")]
    public void OptionsInTheirPlace_AreTaken(string line) => Assert.Null(DocServiceCommand.FindMisplaced(Parse(line)));

    [Fact]
    public void Serve_HasTheSettingsOfNoCommand() =>
        Assert.Equal(ServeCommand.SettingsOf(Parse("--data x --port 9000")), ServeCommand.SettingsOf(Parse("serve --data x --port 9000")));

    [Theory]
    [InlineData("docservice ", "import export verify serve salvage keys completion --data --port")]
    [InlineData("docservice im", "import")]
    [InlineData("docservice import --", "--url --key --prefix --from --on-conflict --note --restart")]
    [InlineData("docservice import --from ", "couchdb directory mongodb ndjson")]
    [InlineData("docservice import a --on-conflict ", "fail replace skip")]
    [InlineData("docservice keys ", "add list revoke rotate reset")]
    [InlineData("docservice completion ", "bash fish zsh")]
    public void Completion_OffersWhatFits(string typed, string offered)
    {
        using var output = new StringWriter();
        DocServiceCommand.Parse([$"[suggest:{typed.Length}]", typed]).Invoke(new InvocationConfiguration { Output = output });

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(offered.Split(' '), word => Assert.Contains(word, lines));
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("verify")]
    [InlineData("doctor")]
    [InlineData("crashtest")]
    [InlineData("salvage")]
    [InlineData("reindex")]
    [InlineData("keys")]
    [InlineData("keys add")]
    [InlineData("import")]
    [InlineData("export")]
    [InlineData("completion")]
    [InlineData("health")]
    [InlineData("snapshot")]
    [InlineData("backup")]
    [InlineData("restore")]
    public void Help_OfEachCommand_HasExamplesThatAreUnderstood(string command)
    {
        using var output = new StringWriter();
        Assert.Equal(0, DocServiceCommand.Parse([.. Words(command), "--help"]).Invoke(new InvocationConfiguration { Output = output }));

        string[] examples = [.. output.ToString().Split("Examples:")[1].Split('\n').Where(line => line.TrimStart().StartsWith("docservice ", StringComparison.Ordinal) && !line.Contains('\'') && !line.Contains('|'))];
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.Empty(Parse(example.Split(" #")[0].Split(" > ")[0].Trim()["docservice ".Length..]).Errors));
    }

    private static ParseResult Parse(string line) => DocServiceCommand.Parse(Words(line));

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
