using System.Security.Cryptography;
using System.Text;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Documents;

/// <summary>Fields of a document's requests as RFC 9110, 9530 and 9651 let them be written, byte for byte.</summary>
public sealed class FieldGrammarTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private static readonly string Digest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData("1"u8))}:";
    private static readonly string OtherDigest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData("2"u8))}:";

    private readonly TestApplication _app = shared.Application;

    [Theory]
    [InlineData("application/json", 201)]
    [InlineData("APPLICATION/JSON", 201)]
    [InlineData("application/json;", 201)]
    [InlineData("application/json ; ", 201)]
    [InlineData("application/json;;charset=utf-8", 201)]
    [InlineData("application/json; charset=utf-8", 201)]
    [InlineData("application/json;charset=UTF8", 201)]
    [InlineData("application/json; Charset=\"utf8\"", 201)]
    [InlineData("application/json; charset=\"UTF-8\"", 201)]
    [InlineData("application/json;\tcharset=utf-8", 201)]
    [InlineData("application/vnd.api+json; profile=\"a;b, c\"", 201)]
    [InlineData("application/json; charset=utf-8; charset=latin1", 415)]
    [InlineData("application/json; charset=latin1; charset=utf-8", 415)]
    [InlineData("application/json; charset='utf-8'", 415)]
    [InlineData("application/json; charset=\" utf-8\"", 415)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/json; charset=us-ascii", 415)]
    [InlineData("application/json; charset=", 415)]
    [InlineData("application/json, application/json", 415)]
    [InlineData("application/json\r\nContent-Type: application/json", 415)]
    [InlineData("application /json", 415)]
    [InlineData("application/*", 415)]
    [InlineData("*/*", 415)]
    [InlineData("application/*+json", 415)]
    [InlineData("json", 415)]
    [InlineData("", 415)]
    public async Task Put_ContentType_IsTakenOrRefused(string type, int status) =>
        await AssertAsync(status, 415, "unsupported-media-type", $"Content-Type: {type}\r\n");

    [Theory]
    [InlineData("identity", 201)]
    [InlineData("IDENTITY", 201)]
    [InlineData("identity, ,identity", 201)]
    [InlineData("", 201)]
    [InlineData(" , ", 201)]
    [InlineData("gzip", 415)]
    [InlineData("identity, gzip", 415)]
    [InlineData("identity\r\nContent-Encoding: br", 415)]
    public async Task Put_ContentEncoding_IsTakenOrRefused(string coding, int status)
    {
        RawResponse response = await AssertAsync(status, 415, "unsupported-media-type", $"Content-Type: application/json\r\nContent-Encoding: {coding}\r\n");
        Assert.Equal(status == 415 ? "identity" : null, response.Field("Accept-Encoding"));
    }

    public static TheoryData<string, int> Others => new()
    {
        { $"Content-Digest: {Digest}", 201 },
        { $"content-digest:{Digest}", 201 },
        { $"Content-Digest:  {Digest}\t ", 201 },
        { $"Content-Digest: {Digest.TrimEnd(':').TrimEnd('=')}:", 201 },
        { $"Content-Digest: {Digest};a=1;b, crc=:AA==:", 201 },
        { $"Content-Digest: crc=:AA:\r\nContent-Digest: {Digest}", 201 },
        { $"Content-Digest: {Digest}, crc=?1", 400 },
        { $"Content-Digest: crc=:AA:,\r\nContent-Digest: {Digest}", 400 },
        { $"Content-Digest: ,{Digest}", 400 },
        { $"Repr-Digest: {Digest}\r\nContent-Digest: {OtherDigest}", 400 },
        { "Content-Digest: ", 201 },
        { "Content-MD5: xMpCOKC5I4INzFCab3WEmw==", 400 },
        { "Digest: SHA-256=a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=", 400 },
        { "Want-Repr-Digest: sha-512=1", 201 },
        { "Durability: filed", 201 },
        { "Durability:  filed ;x", 400 },
        { "Durability: filed;x=1", 201 },
        { "Durability: filed,", 400 },
        { "Durability: filed\r\nDurability: filed", 400 },
        { "Durability: Filed", 400 },
        { "If-None-Match: \"1\",, \"2\" ,", 201 },
        { "If-None-Match: \"\u00e9\"", 201 },
        { "If-None-Match: \"a b\"", 400 },
        { "If-None-Match: W/\"1\"\r\nIf-None-Match: \"2\"", 201 },
        { "If-None-Match: \"1\"\r\nIf-None-Match: *", 400 },
        { "If-None-Match: ", 400 },
        { "If-Unmodified-Since: Sun, 31 Feb 1994 08:49:37 GMT", 201 },
        { "Content-Range: bytes 0-0/1", 400 },
        { "Range: bytes=0-0", 201 },
        { "Expect: 100-Continue", 201 },
        { "Prefer: return=minimal;x=\"a,b\", wait=10", 201 },
        { "Accept: text/html", 201 },
        { "Content-Language: en", 201 },
        { "Content-Location: /docs/other", 201 },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Put_Field_IsTakenOrRefused(string field, int status)
    {
        RawResponse response = await SendAsync($"Content-Type: application/json\r\n{field}\r\n");
        Assert.True(response.Status == status, $"{response.Status}: {response.Body}");
    }

    /// <summary>RFC 9530 lets a digest follow the body, and a client that sends it there counts on its being checked.</summary>
    [Fact]
    public async Task Put_DigestInTheTrailer_IsChecked()
    {
        Assert.Equal(201, (await SendChunkedAsync("/docs/trailed-1", "1", $"Content-Digest: {Digest}\r\n")).Status);
        (await SendChunkedAsync("/docs/trailed-2", "1", $"Content-Digest: {OtherDigest}\r\n")).AssertProblem(400, "digest-mismatch");
        (await SendChunkedAsync("/docs/trailed-2", "1", $"Repr-Digest: {Digest}\r\nRepr-Digest: {OtherDigest}\r\n")).AssertProblem(400, "digest-mismatch");
        (await SendChunkedAsync("/docs/trailed-2", "1", "Content-Digest: sha-256\r\n")).AssertProblem(400, "invalid-request");
        (await SendChunkedAsync("/docs/trailed-2", "1", "Content-MD5: xMpCOKC5I4INzFCab3WEmw==\r\n")).AssertProblem(400, "invalid-request");
        (await SendChunkedAsync("/docs/trailed-2", "1", $"Content-Digest: {Digest}\r\n", $"Content-Digest: {OtherDigest}\r\n")).AssertProblem(400, "digest-mismatch");
        (await RawConnection.AskAsync(_app.Port, "GET", "/docs/trailed-2")).AssertProblem(404, "not-found");
    }

    [Fact]
    public async Task Batch_DigestInTheTrailer_IsChecked()
    {
        const string Batch = "{\"operations\":[{\"op\":\"put\",\"id\":\"trailed-3\",\"body\":1}]}";
        (await SendChunkedAsync("/batch", Batch, $"Content-Digest: {OtherDigest}\r\n", method: "POST")).AssertProblem(400, "digest-mismatch");
        (await RawConnection.AskAsync(_app.Port, "GET", "/docs/trailed-3")).AssertProblem(404, "not-found");
    }

    /// <summary>Any other field must not be taken from a trailer (RFC 9110 section 6.5.1).</summary>
    [Fact]
    public async Task Put_OtherFieldsInTheTrailer_AreIgnored() =>
        Assert.Equal(201, (await SendChunkedAsync("/docs/trailed-4", "1", "If-Match: \"1\"\r\nDurability: nonsense\r\nContent-Type: text/plain\r\nX: y\r\n")).Status);

    [Theory]
    [InlineData("If-Match: \"1\"")]
    [InlineData("If-None-Match: *")]
    [InlineData("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Prefer: return=representation")]
    [InlineData("Content-MD5: xMpCOKC5I4INzFCab3WEmw==")]
    public async Task Batch_FieldThatWouldHaveNoEffect_IsRefusedAndNamed(string field)
    {
        const string Batch = "{\"operations\":[{\"op\":\"put\",\"id\":\"not-batched\",\"body\":1}]}";
        RawResponse response = await RawConnection.AskAsync(_app.Port, Encoding.ASCII.GetBytes(
            $"POST /batch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{field}\r\nContent-Length: {Batch.Length}\r\n\r\n{Batch}"));
        Assert.Contains(field.Split(':')[0], response.AssertProblem(400, "invalid-request").GetProperty("detail").GetString(), StringComparison.Ordinal);
        (await RawConnection.AskAsync(_app.Port, "GET", "/docs/not-batched")).AssertProblem(404, "not-found");
    }

    [Theory]
    [InlineData("Content-MD5: 1B2M2Y8AsgTpgAmY7PhCfg==")]
    [InlineData("Digest: SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")]
    public async Task Delete_WithAnObsoleteDigest_IsRefusedThoughThereIsNoBody(string field)
    {
        string target = "/docs/" + TestApplication.NewId();
        Assert.Equal(201, (await RawConnection.AskAsync(_app.Port, "PUT", target, "1")).Status);
        RawResponse response = await RawConnection.AskAsync(_app.Port, Encoding.ASCII.GetBytes($"DELETE {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{field}\r\n\r\n"));
        Assert.Contains(field.Split(':')[0], response.AssertProblem(400, "invalid-request").GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, (await RawConnection.AskAsync(_app.Port, "GET", target)).Status);
    }

    private async Task<RawResponse> AssertAsync(int status, int refusal, string slug, string fields)
    {
        RawResponse response = await SendAsync(fields);
        if (status == refusal)
        {
            response.AssertProblem(refusal, slug);
        }

        Assert.True(response.Status == status, $"{response.Status}: {response.Body}");
        return response;
    }

    private Task<RawResponse> SendAsync(string fields) => RawConnection.AskAsync(_app.Port, Encoding.Latin1.GetBytes(
        $"PUT /docs/{TestApplication.NewId()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 1\r\n{fields}\r\n1"));

    private Task<RawResponse> SendChunkedAsync(string target, string body, string trailer, string fields = "", string method = "PUT") =>
        RawConnection.AskAsync(_app.Port, Encoding.ASCII.GetBytes(
            $"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n{fields}\r\n{body.Length:x}\r\n{body}\r\n0\r\n{trailer}\r\n"));
}
