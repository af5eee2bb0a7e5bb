using System.Globalization;
using System.Text;
using DocService.Index.Declared;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Queries;
using DocService.Queries.Filters;
using DocService.Queries.Indexes;
using DocService.Queries.Paths;
using DocService.Queries.Planning;
using DocService.Queries.Words;
using DocService.Storage.Model;

namespace DocService.Index.Tests.Support;

/// <summary>Declared indexes, and what their entries must be, made from the documents alone.</summary>
internal static class Declaring
{
    /// <param name="fields">As in a sort, <c>-a,b</c>; of a text index behind <c>text:</c>; of a unique one behind <c>unique:</c>.</param>
    /// <param name="prefix">Of the documents.</param>
    public static DeclaredIndex Index(string fields, string prefix = "c/")
    {
        Sha256Digest identity = Sha256Digest.Of(Encoding.UTF8.GetBytes($"{prefix} {fields}"));
        if (fields.StartsWith("text:", StringComparison.Ordinal))
        {
            return new DeclaredIndex { Prefix = prefix, Identity = identity, Text = [.. fields[5..].Split(',').Select(Path)] };
        }

        bool isUnique = fields.StartsWith("unique:", StringComparison.Ordinal);
        string[] parts = fields[(isUnique ? 7 : 0)..].Split('|');
        var definition = new IndexDefinition
        {
            Name = fields,
            IsUnique = isUnique,
            Fields = [.. parts[0].Split(',').Select(field => new IndexField(Path(field.TrimStart('-')), field.StartsWith('-')))],
            Where = parts.Length > 1 ? Filter(parts[1]) : null,
        };
        return new DeclaredIndex { Prefix = prefix, Identity = identity, Keys = definition };
    }

    public static Filter Filter(string json)
    {
        Assert.True(Queries.Filters.Filter.TryParse(Encoding.UTF8.GetBytes(json), TimeSpan.FromSeconds(10), out Filter? filter, out QueryFault? fault), fault?.Detail);
        return filter;
    }

    /// <summary>Key, id and value of each entry, as they must be.</summary>
    public static IEnumerable<string> Expected(DeclaredIndex index, IEnumerable<KeyValuePair<string, string>> documents) =>
        documents.Where(document => document.Key.StartsWith(index.Prefix, StringComparison.Ordinal))
            .SelectMany(document => EntriesOf(index, document.Value).Select(entry => $"{entry.Key} {document.Key} {entry.Value}"))
            .Order(StringComparer.Ordinal);

    /// <summary>As they are.</summary>
    public static IEnumerable<string> Entries(IndexReader reader, DeclaredIndex index)
    {
        DeclaredState state = Assert.IsType<DeclaredState>(reader.GetDeclared(index));
        var entries = new List<string>();
        using EntryListing listing = reader.ListEntries(state, KeyRange.All);
        while (listing.MoveNext())
        {
            entries.Add($"{Convert.ToHexString(listing.Key)} {listing.Id} {Convert.ToHexString(listing.Digest)}");
        }

        return entries.Order(StringComparer.Ordinal);
    }

    /// <summary>What queries may conclude, and what ranks words, is as the entries are.</summary>
    public static void CheckState(IndexReader reader, DeclaredIndex index, IEnumerable<KeyValuePair<string, string>> documents)
    {
        DeclaredState state = reader.GetDeclared(index)!;
        string[] bodies = [.. documents.Where(document => document.Key.StartsWith(index.Prefix, StringComparison.Ordinal)).Select(document => document.Value)];
        if (index.Keys is { } keys)
        {
            var traits = new IndexTraits(keys.Fields.Count);
            Assert.All(bodies, body => traits.Add(new IndexKeys(keys).Of(Encoding.UTF8.GetBytes(body), Facts, SearchLimit.None)));
            Assert.All(Enumerable.Range(0, keys.Fields.Count), field => Assert.True(state.Traits.MetArray[field] || !traits.MetArray[field]));
            Assert.True(state.Traits.HasOverflow || !traits.HasOverflow);
            return;
        }

        int[] counts = [.. bodies.Select(body => Words(index, body).Count).Where(count => count > 0)];
        Assert.Equal((counts.Length, counts.Sum()), ((int)state.Documents, (int)state.Words));
    }

    private static readonly Queries.Paths.DocumentFacts Facts = new()
    {
        Id = "c/x"u8.ToArray(),
        Version = 1,
        Created = DateTimeOffset.UnixEpoch,
        Modified = DateTimeOffset.UnixEpoch,
        Length = 1,
        Type = "application/json",
    };

    private static IEnumerable<KeyValuePair<string, string>> EntriesOf(DeclaredIndex index, string body)
    {
        if (index.Keys is not { } keys)
        {
            DocumentWords words = Words(index, body);
            return words.Frequencies().Select(word => KeyValuePair.Create(
                Convert.ToHexString([.. Encoding.UTF8.GetBytes(word.Key), 0]), word.Value.ToString("X8", CultureInfo.InvariantCulture) + words.Count.ToString("X8", CultureInfo.InvariantCulture)));
        }

        IndexEntries entries = new IndexKeys(keys).Of(Encoding.UTF8.GetBytes(body), Facts, SearchLimit.None);
        return entries.Keys.Select((key, number) => KeyValuePair.Create(
            Convert.ToHexString(key), Convert.ToHexString(entries.Unique.Where(unique => unique.Key == number).Select(unique => unique.Digest).FirstOrDefault([]))));
    }

    private static DocumentWords Words(DeclaredIndex index, string body)
    {
        var words = new DocumentWords(index.Text!);
        words.Read(Encoding.UTF8.GetBytes(body), Facts, SearchLimit.None);
        return words;
    }

    private static DocumentPath Path(string text)
    {
        Assert.True(DocumentPath.TryParse(text, out DocumentPath? path, out string? fault), fault);
        return path;
    }
}
