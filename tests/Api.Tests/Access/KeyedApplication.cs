using DocService.Api.Keys;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Tokens;

namespace DocService.Api.Tests.Access;

/// <summary>An application with keys and tokens, one for each kind of caller, and a few documents below <c>notes/</c> and <c>other/</c>.</summary>
public sealed class KeyedApplication : IAsyncLifetime
{
    public const string Anonymous = "anonymous";

    /// <summary>A key that looks right and opens nothing.</summary>
    public const string Wrong = "wrong";

    /// <summary>Callers with a key that is in force, and what it is for.</summary>
    private static readonly Dictionary<string, Dictionary<string, string[]>> Rights = new()
    {
        ["read"] = new() { ["read"] = ["notes/"] },
        ["write"] = new() { ["write"] = ["notes/"] },
        ["both"] = new() { ["read"] = ["notes/"], ["write"] = ["notes/"] },
        ["operate"] = new() { ["operate"] = ["notes/"] },
        ["other"] = new() { ["read"] = ["other/"], ["write"] = ["other/"], ["operate"] = ["other/"] },
        ["admin"] = new() { ["read"] = ["*"], ["write"] = ["*"], ["operate"] = ["*"] },
    };

    /// <summary>Behind the name of a caller: it shows a token with the same rights, in place of its key.</summary>
    public const string WithToken = " token";

    private readonly Dictionary<string, (string Id, string Token)> _keys = [];
    private TestProvider _provider = null!;

    internal TestApplication Application { get; private set; } = null!;

    public static IEnumerable<string> Known => Rights.Keys;

    internal KeyRing Ring => Application.Service<KeyRing>();

    public async Task InitializeAsync()
    {
        _provider = await TestProvider.StartAsync();
        Application = new TestApplication(new ApplicationSettings { Values = _provider.Settings() });
        (_, string first) = await AddAsync("first", Rights["admin"]);
        foreach ((string id, string json) in ((string, string)[])[("notes/a", """{"text":"ours","n":1}"""), ("other/a", """{"text":"theirs","n":1}""")])
        {
            using HttpResponseMessage stored = await SendWithAsync(first, "PUT", "/docs/" + id, json);
            Assert.True(stored.IsSuccessStatusCode);
        }

        foreach ((string name, Dictionary<string, string[]> rights) in Rights)
        {
            _keys[name] = await AddAsync(name, rights);
        }
    }

    public async Task DisposeAsync()
    {
        await Application.DisposeAsync();
        await _provider.DisposeAsync();
    }

    public string IdOf(string caller) => _keys[caller].Id;

    internal Task<(string Id, string Token)> AddAsync(string name, Dictionary<string, string[]> rights, DateTimeOffset? expires = null) => AddAsync(Ring, name, rights, expires);

    internal static async Task<(string Id, string Token)> AddAsync(KeyRing ring, string name, Dictionary<string, string[]> rights, DateTimeOffset? expires = null)
    {
        Assert.Null(KeyRights.TryCreate(rights, out KeyRights? made));
        (ApiKey key, string token) = (await ring.AddAsync(name, made!, expires))!.Value;
        return (key.Id, token);
    }

    internal Task<HttpResponseMessage> SendAsync(string caller, string method, string path, string? json = null, params (string Name, string Value)[] fields) =>
        SendWithAsync(TokenOf(caller), method, path, json, fields);

    internal async Task<HttpResponseMessage> SendWithAsync(string? token, string method, string path, string? json = null, params (string Name, string Value)[] fields) =>
        await Application.SendAsync(method, path, json, token is null ? fields : [.. fields, ("Authorization", "Bearer " + token)]);

    private string? TokenOf(string caller) => caller switch
    {
        Anonymous => null,
        _ when caller.EndsWith(WithToken, StringComparison.Ordinal) => _provider.Token(Rights[caller[..^WithToken.Length]].SelectMany(right => right.Value.Select(prefix => $"{right.Key}:{prefix}")).ToArray()),
        Wrong => _keys["admin"].Token[..^4] + "AAAA",
        _ => _keys[caller].Token,
    };
}
