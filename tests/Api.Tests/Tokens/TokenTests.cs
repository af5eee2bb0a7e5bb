using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Tokens;

/// <summary>Which tokens of a provider open what, and which open nothing.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private TestProvider _provider = null!;
    private TestApplication _application = null!;

    public async Task InitializeAsync()
    {
        _provider = await TestProvider.StartAsync();
        _application = new TestApplication(new ApplicationSettings { Values = _provider.Settings() });
        foreach (string id in (string[])["notes/a", "other/a"])
        {
            using HttpResponseMessage stored = await SendAsync(_provider.Token((string[])["write:*"]), "PUT", "/docs/" + id, "1");
            Assert.Equal(HttpStatusCode.Created, stored.StatusCode);
        }
    }

    public async Task DisposeAsync()
    {
        await _application.DisposeAsync();
        await _provider.DisposeAsync();
    }

    /// <summary>Whoever configures a provider wants requests to be told apart: no key is needed to turn that on.</summary>
    [Fact]
    public async Task Request_WithoutToken_IsUnauthorized()
    {
        using HttpResponseMessage response = await _application.SendAsync("GET", "/docs/notes/a");

        await response.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.StartsWith("Bearer ", response.Field("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["read:notes/"]""", 200, 403, 403, 403)]
    [InlineData("\"read:notes/\"", 200, 403, 403, 403)]
    [InlineData("""["write:notes/"]""", 403, 204, 403, 403)]
    [InlineData("""["read:notes/","write:notes/","read:notes/"]""", 200, 204, 403, 403)]
    [InlineData("\"read:other/ write:notes/ operate:*\"", 403, 204, 200, 200)]
    [InlineData("""["read:*"]""", 200, 403, 200, 403)]
    [InlineData("""["operate:notes/"]""", 403, 403, 403, 403)]
    public async Task Token_Good_OpensWhatItsClaimSays(string rights, int read, int write, int readOther, int status)
    {
        string token = _provider.Token(JsonSerializer.Deserialize<JsonElement>(rights));

        foreach ((string method, string path, int expected) in ((string, string, int)[])[("GET", "/docs/notes/a", read), ("PUT", "/docs/notes/a", write), ("GET", "/docs/other/a", readOther), ("GET", "/status", status)])
        {
            using HttpResponseMessage response = await SendAsync(token, method, path, method == "PUT" ? "2" : null);
            Assert.Equal(expected, (int)response.StatusCode);
        }
    }

    /// <summary>A rule for every one of them would be easy to get wrong in silence: each is tried with all else as it should be.</summary>
    [Theory]
    [InlineData("aud", "\"another\"")]
    [InlineData("aud", "[]")]
    [InlineData("aud", "\"docservice-test/\"")] // another text is another audience
    [InlineData("aud", "\"docservice-tes\"")]
    [InlineData("aud", "\"Docservice-Test\"")]
    [InlineData("aud", "[\"another\",\"docservice-test/\"]")]
    [InlineData("aud", "{\"docservice-test\":true}")]
    [InlineData("iss", "[]")]
    [InlineData("aud", null)]
    [InlineData("iss", "\"https://another.example\"")]
    [InlineData("iss", null)]
    [InlineData("exp", null)]
    [InlineData("exp", "1")]
    [InlineData("exp", "\"never\"")]
    [InlineData("nbf", "99999999999")]
    [InlineData("sub", null)]
    [InlineData("sub", "\"\"")]
    [InlineData("sub", "17")]
    [InlineData("sub", "\"a\\nb\"")]
    [InlineData("docservice", null)]
    [InlineData("docservice", "true")]
    [InlineData("docservice", "\"\"")]
    [InlineData("docservice", "[]")]
    [InlineData("docservice", "{\"read\":[\"notes/\"]}")]
    [InlineData("docservice", "[\"read:notes/\",17]")]
    [InlineData("docservice", "[\"read:notes/\",\"openid\"]")]
    [InlineData("docservice", "[\"read:notes/\",\"own:notes/\"]")]
    [InlineData("docservice", "[\"read:notes/\",\"READ:notes/\"]")]
    [InlineData("docservice", "[\"read:notes/\",\"write:notes\"]")]
    [InlineData("docservice", "[\"read:notes/\",\"write:\"]")]
    [InlineData("docservice", "[\"read:notes/\",\"write:../\"]")]
    [InlineData("docservice", "\"read:notes/  write:notes/\"")]
    [InlineData("docservice", "\" read:notes/\"")]
    public async Task Claim_ThatIsNotAsItShouldBe_OpensNothing(string name, string? json)
    {
        Dictionary<string, object?> claims = Claims();
        claims.Remove(name);
        if (json is not null)
        {
            claims[name] = JsonSerializer.Deserialize<JsonElement>(json);
        }

        await AssertRefusedAsync(_provider.Sign(_provider.Header(), claims));
    }

    [Theory]
    [InlineData("alg", "\"none\"")]
    [InlineData("alg", "\"RS384\"")] // no algorithm of this server's settings
    [InlineData("alg", "\"rs256\"")]
    [InlineData("alg", "[\"RS256\"]")]
    [InlineData("alg", null)]
    [InlineData("kid", "\"another\"")]
    [InlineData("kid", "17")]
    [InlineData("typ", "\"logout+jwt\"")]
    [InlineData("crit", "[\"exp\"]")]
    public async Task Header_ThatIsNotAsItShouldBe_OpensNothing(string name, string? json)
    {
        Dictionary<string, object?> header = _provider.Header();
        header.Remove(name);
        if (json is not null)
        {
            header[name] = JsonSerializer.Deserialize<JsonElement>(json);
        }

        await AssertRefusedAsync(_provider.Sign(header, Claims()));
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("application/at+jwt")]
    [InlineData(null)]
    public async Task Type_OfAccessOrNone_IsTaken(string? type)
    {
        Dictionary<string, object?> header = _provider.Header();
        header.Remove("typ");
        if (type is not null)
        {
            header["typ"] = type;
        }

        await AssertTakenAsync(_provider.Sign(header, Claims()));
    }

    /// <summary>RFC 7519 section 4.1.3: one of them is enough.</summary>
    [Theory]
    [InlineData("[\"docservice-test\"]")]
    [InlineData("[\"another\",\"docservice-test\"]")]
    public async Task Audiences_WithThisServerAmongThem_AreTaken(string audiences)
    {
        Dictionary<string, object?> claims = Claims();
        claims["aud"] = JsonSerializer.Deserialize<JsonElement>(audiences);

        await AssertTakenAsync(_provider.Sign(_provider.Header(), claims));
    }

    /// <summary>Which of two counts is read in two ways.</summary>
    [Theory]
    [InlineData("\"exp\":9999999999")]
    [InlineData("\"aud\":\"docservice-test\"")]
    [InlineData("\"docservice\":[\"read:*\"]")]
    public async Task Claim_Twice_OpensNothing(string second)
    {
        string json = JsonSerializer.Serialize(Claims());
        string text = $"{Encode(JsonSerializer.Serialize(_provider.Header()))}.{Encode($"{json[..^1]},{second}}}")}";
        string signature = Base64Url.EncodeToString(_provider.Key.Key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

        await AssertRefusedAsync($"{text}.{signature}");

        static string Encode(string part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part));
    }

    /// <summary>The provider has one key, so it is clear which is meant.</summary>
    [Fact]
    public async Task KeyId_LeftOut_IsTheOnlyKey()
    {
        Dictionary<string, object?> header = _provider.Header();
        header.Remove("kid");

        await AssertTakenAsync(_provider.Sign(header, Claims()));
    }

    [Fact]
    public async Task Signature_OfNobody_OpensNothing()
    {
        string good = _provider.Token((string[])["read:*"]);
        string unsigned = TestProvider.Sign(new(_provider.Header()) { ["alg"] = "none" }, Claims(), _ => []);
        byte[] publicKey = _provider.Key.Key.ExportSubjectPublicKeyInfo();
        byte[] pem = System.Text.Encoding.ASCII.GetBytes(_provider.Key.Key.ExportSubjectPublicKeyInfoPem());
        using var another = RSA.Create(2048);

        await AssertTakenAsync(good);
        await AssertRefusedAsync(unsigned);
        await AssertRefusedAsync(unsigned.TrimEnd('.'));
        await AssertRefusedAsync(good[..(good.LastIndexOf('.') + 1)]);
        await AssertRefusedAsync(good + ".");
        await AssertRefusedAsync(good.Replace('.', ' '));
        await AssertRefusedAsync("..");
        await AssertRefusedAsync(string.Empty);
        await AssertRefusedAsync(TestProvider.Sign(new(_provider.Header()) { ["alg"] = "HS256" }, Claims(), text => HMACSHA256.HashData(publicKey, text)));
        await AssertRefusedAsync(TestProvider.Sign(new(_provider.Header()) { ["alg"] = "HS256" }, Claims(), text => HMACSHA256.HashData(pem, text)));
        await AssertRefusedAsync(TestProvider.Sign(_provider.Header(), Claims(), text => another.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
        string[] parts = _provider.Token((string[])["read:other/"]).Split('.');
        string[] mine = good.Split('.');
        await AssertRefusedAsync($"{mine[0]}.{parts[1]}.{mine[2]}"); // other rights below the signature of these
    }

    /// <summary>60 s, as docs/security.md says.</summary>
    [Theory]
    [InlineData("exp", -30, true)]
    [InlineData("exp", -90, false)]
    [InlineData("nbf", 30, true)]
    [InlineData("nbf", 90, false)]
    public async Task Clocks_ThatDifferALittle_AreBorneWith(string claim, int seconds, bool isTaken)
    {
        Dictionary<string, object?> claims = Claims();
        claims[claim] = TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();
        string token = _provider.Sign(_provider.Header(), claims);

        await (isTaken ? AssertTakenAsync(token) : AssertRefusedAsync(token));
    }

    [Fact]
    public async Task Algorithm_OfEllipticCurves_IsJudgedAsItIs()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        await AssertRefusedAsync(TestProvider.Sign(new(_provider.Header()) { ["alg"] = "ES256" }, Claims(), text => curve.SignData(text, HashAlgorithmName.SHA256)));
        await AssertTakenAsync(TestProvider.Sign(
            new(_provider.Header()) { ["alg"] = "PS256" }, Claims(), text => _provider.Key.Key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)));
    }

    /// <summary>What is asked for once is carried out once for each of them.</summary>
    [Fact]
    public async Task RequestKey_OfTwoSubjects_IsTwo()
    {
        string alice = _provider.Token((string[])["write:notes/"]);
        string bob = _provider.Token((string[])["write:notes/"], subject: "bob");
        using HttpResponseMessage first = await SendAsync(alice, "PUT", "/docs/notes/once", "1", ("Idempotency-Key", "same"));
        using HttpResponseMessage again = await SendAsync(_provider.Token((string[])["write:notes/"]), "PUT", "/docs/notes/once", "1", ("Idempotency-Key", "same"));
        using HttpResponseMessage other = await SendAsync(bob, "PUT", "/docs/notes/once", "2", ("Idempotency-Key", "same"));

        Assert.Equal((201, 201, 204), ((int)first.StatusCode, (int)again.StatusCode, (int)other.StatusCode));
        Assert.Equal(first.Field("ETag"), again.Field("ETag"));
    }

    private Dictionary<string, object?> Claims() => new(_provider.Claims(TimeProvider.System.GetUtcNow())) { ["docservice"] = (string[])["read:*"] };

    private async Task AssertTakenAsync(string token)
    {
        using HttpResponseMessage response = await SendAsync(token, "GET", "/docs/notes/a");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task AssertRefusedAsync(string token)
    {
        using HttpResponseMessage response = await SendAsync(token, "GET", "/docs/notes/a");
        await response.AssertProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Contains("invalid_token", response.Field("WWW-Authenticate"), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> SendAsync(string token, string method, string path, string? json = null, params (string Name, string Value)[] fields) =>
        _application.SendAsync(method, path, json, [.. fields, ("Authorization", "Bearer " + token)]);
}
