using System.Security.Cryptography;
using System.Text;
using DocService.Api.Fields;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Tests.Fields;

/// <summary>Content-Digest and Repr-Digest, RFC 9530.</summary>
public sealed class DigestTests
{
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("{\"hello\": \"world\"}");
    private static readonly string Sha256 = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Body))}:";
    private static readonly string Sha512 = $"sha-512=:{Convert.ToBase64String(SHA512.HashData(Body))}:";
    private static readonly string OtherSha256 = $"sha-256=:{Convert.ToBase64String(SHA256.HashData([1]))}:";
    private static readonly string OtherSha512 = $"sha-512=:{Convert.ToBase64String(SHA512.HashData([1]))}:";

    /// <summary>RFC 9530, appendix B.1: the example's digest of this body.</summary>
    [Fact]
    public void Of_TheExampleOfTheRfc_IsItsDigest() =>
        Assert.Equal("sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", Digest.Of(Sha256Digest.Of(Body)));

    public static TheoryData<string[], string[], bool> Fields => new()
    {
        { [], [], true },
        { [Sha256], [], true },
        { [], [Sha512], true },
        { [Sha256, Sha512], [Sha512], true },
        { [$"{Sha256}, {Sha512}"], [Sha256], true },
        { [Sha256 + ";note=1"], [], true },
        { [Sha256.Replace("=:", ":", StringComparison.Ordinal).Replace("sha-256:", "sha-256=:", StringComparison.Ordinal)], [], true },
        { [OtherSha256.Replace("=:", ":", StringComparison.Ordinal).Replace("sha-256:", "sha-256=:", StringComparison.Ordinal)], [], false },
        { ["future=::", Sha256], [], true },
        { ["unixsum=:AA==:, crc32c=:AAAA:"], [], true },
        { [OtherSha256], [], false },
        { [], [OtherSha512], false },
        { [$"{Sha256}, {OtherSha512}"], [], false },
        { [$"{OtherSha256}, {Sha512}"], [], false },
        { [Sha256], [OtherSha256], false },
        { [OtherSha256], [Sha256], false },
        { [$"unixsum=:AA==:, {OtherSha256}"], [], false },
        { ["sha-256=::"], [], false },
        { ["sha-512=:AAAA:"], [], false },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Check_EveryKnownDigest_MustMatch(string[] contentDigest, string[] reprDigest, bool holds)
    {
        Assert.Null(Parse(contentDigest, reprDigest, out Digest stated));

        Problem? problem = stated.Check(Body, Sha256Digest.Of(Body));

        Assert.Equal(holds, problem is null);
        if (problem is not null)
        {
            Assert.Same(ProblemCatalogue.DigestMismatch, problem.Type);
        }
    }

    [Theory]
    [InlineData("sha-256")]
    [InlineData("sha-256=abc")]
    [InlineData("sha-256=:abc")]
    [InlineData("sha-256=:!!!!:")]
    [InlineData("SHA-256=:AAAA:")]
    [InlineData("sha-256=:AAAA:,")]
    [InlineData("sha-256=5")]
    [InlineData("sha-512=(:AAAA:)")]
    [InlineData("unknown=5")]
    [InlineData("unknown")]
    public void TryParse_Malformed_IsAnInvalidRequest(string field)
    {
        Assert.Same(ProblemCatalogue.InvalidRequest, Parse([field], [], out _)!.Type);
        Assert.Contains("Repr-Digest", Parse([], [field], out _)!.Detail, StringComparison.Ordinal);
    }

    /// <summary>A client that sends them counts on their being checked.</summary>
    [Theory]
    [InlineData("Content-MD5", "Q2hlY2sgSW50ZWdyaXR5IQ==")]
    [InlineData("Digest", "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=")]
    public void TryParse_TheFieldsBeforeRfc9530_AreRefused(string field, string value)
    {
        Problem? problem = Digest.TryParse(new HeaderDictionary { [field] = value }, out _);
        Assert.Same(ProblemCatalogue.InvalidRequest, problem!.Type);
        Assert.Contains("Content-Digest", problem.Detail, StringComparison.Ordinal);
    }

    private static Problem? Parse(string[] contentDigest, string[] reprDigest, out Digest stated)
    {
        var headers = new HeaderDictionary();
        if (contentDigest.Length > 0)
        {
            headers["Content-Digest"] = new StringValues(contentDigest);
        }

        if (reprDigest.Length > 0)
        {
            headers["Repr-Digest"] = new StringValues(reprDigest);
        }

        return Digest.TryParse(headers, out stated);
    }
}
