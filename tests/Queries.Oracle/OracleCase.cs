using System.Text;
using System.Text.Json;
using DocService.Queries.Filters;
using DocService.Queries.Keys;
using DocService.Queries.Ordering;
using DocService.Queries.Paths;

namespace DocService.Queries.Oracle;

/// <summary>One line of what another implementation answered: documents, a filter, a sort, and its answers.</summary>
internal sealed record OracleCase
{
    public required JsonElement[] Documents { get; init; }

    public required JsonElement Filter { get; init; }

    public required JsonElement Sort { get; init; }

    /// <summary>Numbers of the documents whose match is compared.</summary>
    public required int[] Compared { get; init; }

    /// <summary>Those of them that matched.</summary>
    public required int[] Matched { get; init; }

    /// <summary>Of the documents whose order is compared, the order.</summary>
    public required int[] Sorted { get; init; }

    /// <summary>What differs; null where all is the same.</summary>
    public string? Difference()
    {
        if (!Queries.Filters.Filter.TryParse(Utf8(Filter), TimeSpan.FromSeconds(10), out Filter? filter, out QueryFault? fault))
        {
            return $"{Filter} is refused: {fault.At} {fault.Detail}";
        }

        if (!SortOrder.TryParse(Utf8(Sort), out SortOrder? order, out fault))
        {
            return $"{Sort} is refused: {fault.At} {fault.Detail}";
        }

        Matcher matcher = filter.CreateMatcher();
        foreach (int document in Compared)
        {
            if (matcher.Matches(Utf8(Documents[document]), Facts(document), SearchLimit.None) != Matched.Contains(document))
            {
                return $"{Filter} on {Documents[document]}: the other says {(Matched.Contains(document) ? "yes" : "no")}";
            }
        }

        var keys = new SortKeys(order);
        int[] sorted = [.. Sorted.OrderBy(document => Key(keys, document), StringComparer.Ordinal).ThenBy(document => document)];
        return sorted.SequenceEqual(Sorted)
            ? null
            : $"{Sort}: the other says\n    {Shown(Sorted)}, not\n    {Shown(sorted)}";
    }

    private string Key(SortKeys keys, int document)
    {
        var key = new KeyWriter();
        keys.Write(Utf8(Documents[document]), Facts(document), SearchLimit.None, key);
        return Convert.ToHexString(key.Written);
    }

    private string Shown(int[] documents) => string.Join(' ', documents.Select(document => Documents[document].GetRawText()));

    private static byte[] Utf8(JsonElement value) => Encoding.UTF8.GetBytes(value.GetRawText());

    private static DocumentFacts Facts(int document) => new()
    {
        Id = Encoding.UTF8.GetBytes($"{document}"),
        Version = document,
        Created = DateTimeOffset.UnixEpoch,
        Modified = DateTimeOffset.UnixEpoch,
        Length = 0,
        Type = "application/json",
    };
}
