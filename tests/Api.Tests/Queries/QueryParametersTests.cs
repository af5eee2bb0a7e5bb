using DocService.Api.Problems;
using DocService.Api.Routing;

namespace DocService.Api.Tests.Queries;

/// <summary>Parameters as they stand in a raw target.</summary>
public sealed class QueryParametersTests
{
    [Theory]
    [InlineData("a=1&b=x+y", "a:1 b:x y")]
    [InlineData("a=%2B+%26%3D", "a:+ &=")]
    [InlineData("a==b=", "a:=b=")]
    [InlineData("&a=1&&", "a:1")]
    [InlineData("%61=%C3%A4", "a:ä")]
    [InlineData("", "")]
    public void TryParse_WellFormed_IsDecodedOnce(string query, string expected)
    {
        Assert.Null(QueryParameters.TryParse(query, out List<KeyValuePair<string, string>> parameters));
        Assert.Equal(expected, string.Join(' ', parameters.Select(parameter => $"{parameter.Key}:{parameter.Value}")));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a=")]
    [InlineData("a=1&a=2")]
    [InlineData("a=1&%61=1")]
    [InlineData("a=%zz")]
    [InlineData("a=%4")]
    [InlineData("a=%FF")]
    [InlineData("a=%C3")]
    [InlineData("a=ä")]
    public void TryParse_Malformed_NamesTheParameter(string query)
    {
        Problem? problem = QueryParameters.TryParse(query, out List<KeyValuePair<string, string>> parameters);

        Assert.Equal("invalid-parameter", problem?.Type.Slug);
        Assert.Contains(new KeyValuePair<string, object?>("parameter", "a"), problem!.Extensions);
        Assert.Empty(parameters);
    }

    [Theory]
    [InlineData("a=1&b=2", null)]
    [InlineData("A=1", "A")]
    [InlineData("b=1&%63=1", "c")]
    public void FindUnknown_Names_AreExact(string query, string? unknown) =>
        Assert.Equal(unknown, QueryParameters.FindUnknown(query, ["a", "b"])?.Extensions[0].Value);
}
