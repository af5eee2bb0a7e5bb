using DocService.Queries.Filters;
using DocService.Queries.Paths;

namespace DocService.Queries.Tests.Support;

internal static class Filtering
{
    public static readonly DocumentFacts Facts = new()
    {
        Id = Json.Bytes("users/ann"),
        Version = 17,
        Created = new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero),
        Modified = new DateTimeOffset(2026, 11, 27, 12, 30, 0, TimeSpan.FromHours(2)),
        Length = 20,
        Type = "application/json",
    };

    public static Filter Parse(string filter)
    {
        Assert.True(Filter.TryParse(Json.Bytes(filter), TimeSpan.FromSeconds(10), out Filter? parsed, out QueryFault? fault), $"{filter}: {fault?.At}: {fault?.Detail}");
        return parsed;
    }

    public static QueryFault Refused(string filter) => Refused(Json.Bytes(filter));

    public static QueryFault Refused(byte[] filter)
    {
        Assert.False(Filter.TryParse(filter, TimeSpan.FromSeconds(10), out Filter? parsed, out QueryFault? fault));
        Assert.Null(parsed);
        Assert.Equal("invalid-filter", fault.Kind);
        Assert.Matches(@"^[A-Z$].*[.]$", fault.Detail);
        return fault;
    }

    public static bool Matches(string filter, string document) => Matches(Parse(filter), document);

    public static bool Matches(Filter filter, string document) => filter.CreateMatcher().Matches(Json.Bytes(document), Facts, SearchLimit.None);
}
