using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DocService.Api.Tests.Tokens;

/// <summary>An OpenID provider on this machine: what it publishes, and tokens that it signs with keys made here.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    public const string Audience = "docservice-test";

    private readonly WebApplication _application;
    private readonly List<(string Id, RSA Key)> _keys = [];
    private int _looks;

    private TestProvider(WebApplication application)
    {
        _application = application;
        Rotate();
    }

    public string Issuer => _application.Urls.Single();

    /// <summary>What it calls itself, where that is something else.</summary>
    public string? OtherName { get; set; }

    /// <summary>Answers 500.</summary>
    public bool IsDown { get; set; }

    /// <summary>Ended when it may answer.</summary>
    public Task MayAnswer { get; set; } = Task.CompletedTask;

    /// <summary>How often it was asked who it is.</summary>
    public int Looks => Volatile.Read(ref _looks);

    public static async Task<TestProvider> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication application = builder.Build();
        var provider = new TestProvider(application);
        application.MapGet("/.well-known/openid-configuration", provider.DescribeAsync);
        application.MapGet("/keys", provider.TellKeys);
        await application.StartAsync();
        return provider;
    }

    /// <summary>Settings of a server that takes its tokens.</summary>
    public Dictionary<string, string> Settings() => new() { ["JwtAuthority"] = Issuer, ["JwtAudience"] = Audience, ["FailedLoginsPerMinute"] = "0" };

    /// <summary>Another key takes the place of the one that there is.</summary>
    public void Rotate()
    {
        _keys.Clear();
        _keys.Add(($"key-{Guid.NewGuid():N}", RSA.Create(2048)));
    }

    public (string Id, RSA Key) Key => _keys[0];

    /// <summary>What is asked of a token, but for the rights.</summary>
    public Dictionary<string, object?> Claims(DateTimeOffset now) => new()
    {
        ["iss"] = Issuer,
        ["aud"] = Audience,
        ["sub"] = "alice",
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
    };

    public Dictionary<string, object?> Header() => new() { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = Key.Id };

    /// <summary>A good token with these rights.</summary>
    public string Token(object rights, DateTimeOffset? now = null, string subject = "alice") =>
        Sign(Header(), new(Claims(now ?? TimeProvider.System.GetUtcNow())) { ["docservice"] = rights, ["sub"] = subject });

    public string Sign(Dictionary<string, object?> header, Dictionary<string, object?> claims) =>
        Sign(header, claims, text => Key.Key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Sign(Dictionary<string, object?> header, Dictionary<string, object?> claims, Func<byte[], byte[]> sign)
    {
        string text = $"{Encode(JsonSerializer.SerializeToUtf8Bytes(header))}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{text}.{Encode(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

    private static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private async Task<IResult> DescribeAsync()
    {
        Interlocked.Increment(ref _looks);
        await MayAnswer;
        return IsDown ? Results.StatusCode(500) : Results.Json(new { issuer = OtherName ?? Issuer, jwks_uri = Issuer + "/keys" });
    }

    private IResult TellKeys() => Results.Json(new
    {
        keys = _keys.Select(key => (key.Id, Public: key.Key.ExportParameters(false)))
            .Select(key => new { kty = "RSA", use = "sig", kid = key.Id, n = Encode(key.Public.Modulus!), e = Encode(key.Public.Exponent!) }),
    });
}
