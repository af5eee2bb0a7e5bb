using System.Text;
using System.Text.Json;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;

namespace DocService.Api.Tests.Ids;

/// <summary>Ids byte for byte, over a connection on which nothing normalises them.</summary>
public sealed class RawIdTests(SharedSocketApplication shared) : IClassFixture<SharedSocketApplication>
{
    private static readonly string[] DistinctIds =
    [
        "a/b", "a%252Fb", "a//b", "a/b/", "/a/b", "%2F%2F", "a%5Cb", "a%20b", "a+b", "a%2Bb%2B", "a%3Fb", "a%23b", "a%25b", "a%2525b",
        "Case", "case", "CASE", "%C3%89t%C3%A9", "%C3%A9t%C3%A9", "Caf%C3%A9", "Cafe%CC%81", "con", "NUL", "aux.json", ".tmp-0", ".tmp-1", "...",
        "..a", "a..", "FORMAT", "LOCK", "%F0%9F%98%80", "%E2%80%AE", "%EF%BB%BF", "%C2%80", "*", "~", "a;b=c", "a:b", "%7B**%7D", "id", "docs/id",
        "status", "http://host/x", "%22%27%3C%3E", "x%7Cy", "-", "_", "0", "a.json", "a%2Ejson%20",
    ];

    private readonly int _port = shared.Application.Port;

    [Fact]
    public async Task Documents_WithManySharpIds_AreAllDifferent()
    {
        for (int index = 0; index < DistinctIds.Length; index++)
        {
            RawResponse put = await RawConnection.AskAsync(_port, "PUT", "/docs/" + DistinctIds[index], $"[{index}]");
            Assert.True(put.Status == 201, $"{DistinctIds[index]}: {put.Status} {put.Body}");

            RawResponse byLocation = await RawConnection.AskAsync(_port, "GET", put.Field("Location")!);
            Assert.True(byLocation.Body == $"[{index}]", $"{DistinctIds[index]} at {put.Field("Location")}: {byLocation.Body}");
        }

        for (int index = 0; index < DistinctIds.Length; index++)
        {
            RawResponse get = await RawConnection.AskAsync(_port, "GET", "/docs/" + DistinctIds[index]);
            Assert.True(get.Body == $"[{index}]", $"{DistinctIds[index]}: {get.Body}");
        }
    }

    [Theory]
    [InlineData("same/one", "same%2Fone")]
    [InlineData("same/two", "same%2ftwo")]
    [InlineData("same-three", "%73ame%2Dthree")]
    [InlineData("same four", null)]
    [InlineData("same%C3%A9", "same%c3%a9")]
    public async Task Ids_ThatDecodeToTheSameBytes_AreOneDocument(string first, string? second)
    {
        if (second is null)
        {
            // A space ends the target in a request line: malformed.
            Assert.Equal(400, (await RawConnection.AskAsync(_port, "PUT", "/docs/" + first, "1")).Status);
            return;
        }

        string body = $"\"{first}\"";
        Assert.Equal(201, (await RawConnection.AskAsync(_port, "PUT", "/docs/" + first, body)).Status);
        Assert.Equal(body, (await RawConnection.AskAsync(_port, "GET", "/docs/" + second)).Body);
    }

    [Fact]
    public async Task Target_InAbsoluteForm_IsReducedToItsPath()
    {
        Assert.Equal(201, (await RawConnection.AskAsync(_port, "PUT", "http://localhost/docs/abs%2Folute%252F", "1")).Status);
        Assert.Equal("1", (await RawConnection.AskAsync(_port, "GET", "/docs/abs/olute%252F")).Body);
        (await RawConnection.AskAsync(_port, "GET", "http://localhost/docs/a/../b")).AssertProblem(400, "invalid-id");
    }

    [Theory]
    [InlineData("/docs/..", 0)]
    [InlineData("/docs/.", 0)]
    [InlineData("/docs/a/..", 2)]
    [InlineData("/docs/a/./b", 2)]
    [InlineData("/docs/a/../../status", 2)]
    [InlineData("/docs/%C3%A9/%2e%2E/status", 3)]
    [InlineData("/docs/a/.%2e", 2)]
    [InlineData("/docs/a%2F..%2Fb", 2)]
    [InlineData("/docs/..%2Fstatus", 0)]
    public async Task DotSegments_RawOrEncoded_AreRefusedBeforeRouting(string target, int bytePosition)
    {
        foreach (string method in new[] { "GET", "PUT" })
        {
            JsonElement problem = (await RawConnection.AskAsync(_port, method, target, method == "PUT" ? "1" : null)).AssertProblem(400, "invalid-id");
            Assert.Equal(bytePosition, problem.GetProperty("bytePosition").GetInt32());
        }
    }

    [Theory]
    [InlineData("/status/..")]
    [InlineData("/../docs/x")]
    [InlineData("/./status")]
    [InlineData("/%2e%2e/status")]
    [InlineData("/swagger/%2e%2e/docs/x")]
    public async Task DotSegments_OutsideDocuments_AreRefusedToo(string target) =>
        (await RawConnection.AskAsync(_port, "GET", target)).AssertProblem(400, "invalid-id");

    [Theory]
    [InlineData("/DOCS/x")]
    [InlineData("/Docs/x")]
    [InlineData("/%64ocs/x")]
    [InlineData("/docs%2Fx")]
    [InlineData("//docs/x")]
    [InlineData("/docs/")]
    [InlineData("/docs/?x")]
    public async Task Paths_OtherThanDocsExactly_AreNotFound(string target)
    {
        (await RawConnection.AskAsync(_port, "GET", target)).AssertProblem(404, "not-found");
        (await RawConnection.AskAsync(_port, "PUT", target, "1")).AssertProblem(404, "not-found");
    }

    [Theory]
    [InlineData("a%", 1)]
    [InlineData("a%4", 1)]
    [InlineData("a%zz", 1)]
    [InlineData("ab%C3%A9%g1", 4)]
    [InlineData("%25%", 1)]
    [InlineData("a%u00e9", 1)]
    [InlineData("%FF", 0)]
    [InlineData("ab%C3", 2)]
    [InlineData("ab%C3%28", 2)]
    [InlineData("%C0%AF", 0)]
    [InlineData("a%ED%A0%80", 1)]
    [InlineData("%C3%A9%F5%80%80%80", 2)]
    [InlineData("%1F", 0)]
    [InlineData("ab%0A", 2)]
    [InlineData("ab%7F", 2)]
    [InlineData("%C3%A9/%09", 3)]
    [InlineData("a%00b", 1)]
    [InlineData("%00", 0)]
    public async Task Ids_Malformed_AreRefusedAndTheByteIsNamed(string id, int bytePosition)
    {
        JsonElement problem = (await RawConnection.AskAsync(_port, "PUT", "/docs/" + id, "1")).AssertProblem(400, "invalid-id");
        Assert.Equal(bytePosition, problem.GetProperty("bytePosition").GetInt32());
        Assert.Contains($"Byte {bytePosition} ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A URI is ASCII: the web server refuses it before the application sees it.</summary>
    [Fact]
    public async Task Target_WithAByteThatIsNotAscii_IsInvalid() =>
        (await RawConnection.AskAsync(_port, "GET", "/docs/\u00e9")).AssertProblem(400, "invalid-request");

    [Fact]
    public async Task Ids_WithARawControlCharacter_AreRefused() =>
        (await RawConnection.AskAsync(_port, "GET", "/docs/\u0001")).AssertProblem(400, "invalid-id");

    [Fact]
    public async Task Ids_OfTheGreatestLength_AreTakenAndOneByteMoreIsRefused()
    {
        string[] longest = [new string('a', 1024), string.Concat(Enumerable.Repeat("%C3%A9", 512)), string.Concat(Enumerable.Repeat("%F0%9F%98%80", 256))];
        foreach (string id in longest)
        {
            Assert.Equal(201, (await RawConnection.AskAsync(_port, "PUT", "/docs/" + id, "1")).Status);
            Assert.Equal("1", (await RawConnection.AskAsync(_port, "GET", "/docs/" + id)).Body);
            JsonElement problem = (await RawConnection.AskAsync(_port, "PUT", $"/docs/{id}b", "1")).AssertProblem(400, "invalid-id");
            Assert.Equal(1024, problem.GetProperty("bytePosition").GetInt32());
        }
    }

    [Fact]
    public async Task Ids_EveryByteEscaped_AreTheDocumentOrRefused()
    {
        for (int value = 1; value < 128; value++)
        {
            string escape = $"%{value:X2}";
            RawResponse put = await RawConnection.AskAsync(_port, "PUT", $"/docs/byte-{escape}-{value}", "1");
            Assert.True(put.Status == (value is < 0x20 or 0x7F ? 400 : 201), $"{escape}: {put.Status}");
        }

        Assert.Equal(201, (await RawConnection.AskAsync(_port, "PUT", "/docs/" + string.Concat(Encoding.UTF8.GetBytes("\u65e5\u672c").Select(value => $"%{value:x2}")), "1")).Status);
    }
}
