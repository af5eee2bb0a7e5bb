using DocService.Api.Fields;
using DocService.Api.Problems;
using DocService.Storage;
using Microsoft.AspNetCore.Http;

namespace DocService.Api.Tests.Fields;

/// <summary>412 says which condition did not hold, and why.</summary>
public sealed class FailedConditionTests
{
    private static readonly DocumentInfo Current = new()
    {
        Version = 17,
        ContentType = "application/json",
        Created = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Modified = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Length = 1,
        Sha256 = Sha256Digest.Of("1"u8),
    };

    [Theory]
    [InlineData("If-Match", "\"16\"", "If-Match does not name the document's version, which is \"17\".")]
    [InlineData("If-Match", "\"16\", \"x\"", "If-Match does not name the document's version, which is \"17\".")]
    [InlineData("If-Match", "W/\"17\"", "If-Match compares strongly, so a weak entity tag (W/\"\u2026\") never matches. The document's version is \"17\".")]
    [InlineData("If-None-Match", "\"17\"", "If-None-Match names the document's version, \"17\".")]
    [InlineData("If-None-Match", "W/\"17\"", "If-None-Match names the document's version, \"17\".")]
    [InlineData("If-None-Match", "*", "If-None-Match is *, so there must be no document of this id, but there is one; its version is \"17\".")]
    [InlineData("If-Unmodified-Since", "Sun, 01 Mar 2026 11:59:59 GMT", "The document was modified at Sun, 01 Mar 2026 12:00:00 GMT, after the date in If-Unmodified-Since.")]
    public void Of_AReadableDocument_NamesTheConditionAndTheVersion(string field, string value, string detail)
    {
        Problem problem = Explain(Current, (field, value));
        Assert.Equal(detail, problem.Detail);
        Assert.Equal("\"17\"", problem.Extensions[0].Value);
    }

    [Theory]
    [InlineData("If-Match", "*", "If-Match asks for a document that exists, and there is none of this id.")]
    [InlineData("If-Match", "\"17\"", "If-Match asks for a document that exists, and there is none of this id.")]
    [InlineData("If-None-Match", "*", "If-None-Match is *, so there must be no document of this id, but there is one. Its file cannot be read, so its version is not known.")]
    public void Of_NoReadableDocument_TellsAbsentFromUnreadable(string field, string value, string detail)
    {
        Problem problem = Explain(null, (field, value));
        Assert.Equal(detail, problem.Detail);
        Assert.All(problem.Extensions, extension => Assert.Null(extension.Value));
    }

    [Fact]
    public void Of_TwoConditions_NamesTheOneThatFailed()
    {
        Assert.StartsWith("If-None-Match", Explain(Current, ("If-Match", "\"17\""), ("If-None-Match", "\"17\"")).Detail, StringComparison.Ordinal);
        Assert.StartsWith("If-Match", Explain(Current, ("If-Match", "\"1\""), ("If-None-Match", "\"17\"")).Detail, StringComparison.Ordinal);
        Assert.Contains("or none that can be read", Explain(null, ("If-Match", "*"), ("If-None-Match", "*")).Detail, StringComparison.Ordinal);
    }

    private static Problem Explain(DocumentInfo? current, params (string Field, string Value)[] fields)
    {
        var headers = new HeaderDictionary();
        foreach ((string field, string value) in fields)
        {
            headers[field] = value;
        }

        Assert.Null(ConditionFields.TryParse(headers, out ConditionFields conditions));
        return FailedCondition.Of(conditions.Write, headers, current);
    }
}
