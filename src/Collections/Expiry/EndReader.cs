using System.Text;
using System.Text.Json;
using DocService.Collections.Definitions;
using DocService.Queries;
using DocService.Queries.Indexes;
using DocService.Queries.Paths;

namespace DocService.Collections.Expiry;

/// <summary>Reads from a body when its document ends, where the collection leaves that to the documents.</summary>
internal static class EndReader
{
    /// <summary>Bytes of a moment in JSON; what is longer is none.</summary>
    private const int BytesMax = 100;

    /// <summary>Asked for by no path of a time to live.</summary>
    private static readonly DocumentFacts NoFacts = new() { Id = default, Version = 0, Created = default, Modified = default, Length = 0, Type = string.Empty };

    /// <param name="collection">It has a time to live with a field.</param>
    /// <param name="body">Of the document.</param>
    /// <param name="end">Null: none. So it is where the field is not there, or is null.</param>
    /// <returns>Why the field is no moment; null where nothing is wrong.</returns>
    public static InvalidExpiryViolation? Read(Collection collection, ReadOnlySpan<byte> body, out DateTimeOffset? end)
    {
        end = null;
        TimeToLive rule = collection.TimeToLive!;
        IndexEntries found = new IndexKeys(rule.FieldValues!).Of(body, NoFacts, SearchLimit.None);
        if (found.IsOverflow || found.MetArray[0])
        {
            return Refuse(collection, "here an array stands on the way to it, or in its place");
        }

        if (found.Unique.Count == 0)
        {
            return null; // not there, or null
        }

        ReadOnlySpan<byte> json = body[found.Unique[0].Values[0]];
        if (json[0] != '"')
        {
            return Refuse(collection, "here it is not a string");
        }

        if (json.Length > BytesMax || !Rfc3339.TryParse(JsonSerializer.Deserialize<string>(json)!, out DateTimeOffset moment))
        {
            string shown = json.Length > BytesMax ? "too long" : Encoding.UTF8.GetString(json);
            return Refuse(collection, $"here it is {shown}, which is no moment of RFC 3339 such as \"2027-01-31T12:00:00Z\"");
        }

        end = moment;
        return null;
    }

    private static InvalidExpiryViolation Refuse(Collection collection, string reason) => new(collection.Name, collection.TimeToLive!.Field!.Text, reason);
}
