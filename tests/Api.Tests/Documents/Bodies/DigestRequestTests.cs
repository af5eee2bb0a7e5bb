using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;

namespace DocService.Api.Tests.Documents.Bodies;

/// <summary>A stated digest is checked before anything is written.</summary>
public sealed class DigestRequestTests(SharedApplication shared) : IClassFixture<SharedApplication>
{
    private const string Body = "{\"a\":1}";

    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("Content-Digest", "{256}")]
    [InlineData("Repr-Digest", "{256}")]
    [InlineData("Content-Digest", "{512}")]
    [InlineData("Repr-Digest", "{256}, {512}")]
    [InlineData("Content-Digest", "md5=:AAAA:, unixsum=:AA==:")]
    public async Task Put_MatchingOrUnknownDigest_IsTaken(string field, string value)
    {
        using HttpResponseMessage response = await _app.PutAsync(TestApplication.NewId(), Body, (field, Fill(value, Body)));
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Theory]
    [InlineData("Content-Digest", "{256}")]
    [InlineData("Repr-Digest", "{512}")]
    [InlineData("Content-Digest", "md5=:AAAA:, {256}")]
    public async Task Put_DigestOfOtherBytes_Answers400AndWritesNothing(string field, string value)
    {
        string id = TestApplication.NewId();
        using HttpResponseMessage response = await _app.PutAsync(id, Body, (field, Fill(value, "other")));

        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "digest-mismatch");
        Assert.Equal(Fill("{256}", Body), problem.GetProperty("actualDigest").GetString());
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(HttpStatusCode.NotFound, get.StatusCode);
    }

    [Fact]
    public async Task Put_OneOfTwoKnownDigestsIsWrong_Answers400()
    {
        string good = Fill("{256}", Body);
        string bad = Fill("{512}", "other");
        foreach (string value in new[] { $"{good}, {bad}", $"{bad}, {good}" })
        {
            using HttpResponseMessage response = await _app.PutAsync(TestApplication.NewId(), Body, ("Content-Digest", value));
            await response.AssertProblemAsync(HttpStatusCode.BadRequest, "digest-mismatch");
        }
    }

    [Theory]
    [InlineData("sha-256=abc")]
    [InlineData("sha-256")]
    [InlineData("sha-256=:AAAA:,")]
    public async Task Put_MalformedDigest_Answers400(string value)
    {
        foreach (string field in new[] { "Content-Digest", "Repr-Digest" })
        {
            using HttpResponseMessage response = await _app.PutAsync(TestApplication.NewId(), Body, (field, value));
            JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.BadRequest, "invalid-request");
            Assert.Contains(field, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    /// <summary>The body of a DELETE is not read. A digest that would not be checked is not passed over.</summary>
    [Theory]
    [InlineData("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==", Body, "invalid-request")]
    [InlineData("Digest", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "", "invalid-request")]
    [InlineData("Content-Digest", "sha-256", "", "invalid-request")]
    [InlineData("Content-Digest", "{256}", "", "digest-mismatch")]
    [InlineData("Repr-Digest", "{512}", "", "digest-mismatch")]
    [InlineData("Content-Digest", "{256}", Body, "invalid-request")]
    public async Task Delete_WithADigest_DeletesNothing(string field, string value, string body, string slug)
    {
        string id = TestApplication.NewId();
        await _app.StoreAsync(id, Body);
        foreach (string path in new[] { "/docs/" + id, "/collections/" + id })
        {
            using HttpResponseMessage response = await _app.SendAsync("DELETE", path, body.Length == 0 ? null : body, (field, Fill(value, Body)));
            await response.AssertProblemAsync(HttpStatusCode.BadRequest, slug);
        }

        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
    }

    /// <summary>A client that signs all its requests states the digest of no bytes.</summary>
    [Theory]
    [InlineData("{256}", "")]
    [InlineData("{256}, {512}", "")]
    [InlineData("md5=:AAAA:", Body)]
    public async Task Delete_WithADigestThatHolds_Deletes(string value, string body)
    {
        string id = TestApplication.NewId();
        await _app.StoreAsync(id, Body);
        using HttpResponseMessage response = await _app.SendAsync("DELETE", "/docs/" + id, body.Length == 0 ? null : body, ("Content-Digest", Fill(value, body)));
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory]
    [InlineData("QUERY", "/docs")]
    [InlineData("POST", "/query")]
    public async Task Query_DigestOfItsBody_IsChecked(string method, string path)
    {
        const string Query = "{\"limit\":1}";
        foreach ((string field, string value, string slug) in new[]
        {
            ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==", "invalid-request"),
            ("Content-Digest", "sha-256", "invalid-request"),
            ("Content-Digest", Fill("{512}", "other"), "digest-mismatch"),
        })
        {
            using HttpResponseMessage refused = await _app.SendAsync(method, path, Query, (field, value));
            await refused.AssertProblemAsync(HttpStatusCode.BadRequest, slug);
        }

        await _app.WaitForIndexAsync();
        using HttpResponseMessage taken = await _app.SendAsync(method, path, Query, ("Content-Digest", Fill("{256}", Query)));
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task Get_StoredDigest_CanBeSentBack()
    {
        string id = TestApplication.NewId();
        await _app.StoreAsync(id, Body);
        using HttpResponseMessage get = await _app.SendAsync("GET", "/docs/" + id);
        using HttpResponseMessage put = await _app.PutAsync(id, Body, ("Repr-Digest", get.Field("Repr-Digest")!));
        Assert.Equal(HttpStatusCode.NoContent, put.StatusCode);
    }

    private static string Fill(string value, string body) => value
        .Replace("{256}", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}:", StringComparison.Ordinal)
        .Replace("{512}", $"sha-512=:{Convert.ToBase64String(SHA512.HashData(Encoding.UTF8.GetBytes(body)))}:", StringComparison.Ordinal);
}
