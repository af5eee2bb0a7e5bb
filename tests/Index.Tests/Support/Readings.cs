using System.Text;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Queries;
using DocService.Storage.Model;

namespace DocService.Index.Tests.Support;

/// <summary>What a reader shows, as queries read it.</summary>
internal static class Readings
{
    /// <summary>The documents of a query, in its order, with their bodies, which are verified.</summary>
    public static List<KeyValuePair<string, string>> Find(this IndexReader reader, DocumentQuery query)
    {
        var sink = new BodySink();
        using DocumentSearch search = DocumentSearch.Create(reader, query, new SearchRequest(), sink);
        Assert.Equal(SearchState.Done, search.Advance(new Allowance(long.MaxValue), SearchLimit.None));
        return sink.Found;
    }

    /// <summary>The body that a query finds under the id; null where it finds none.</summary>
    public static string? GetBody(this IndexReader reader, DocumentKey key) =>
        reader.Find(new DocumentQuery { Prefix = key.Id, To = key.Id }).Select(document => document.Value).SingleOrDefault();

    /// <summary>What is known of a document, also of a hidden or a deleted one; null when nothing is.</summary>
    public static DocumentFacts? GetFacts(this IndexReader reader, DocumentKey key) => reader.ReadFacts(key.Id);

    private sealed class BodySink : IResultSink
    {
        public List<KeyValuePair<string, string>> Found { get; } = [];

        public bool IsFull => false;

        public void Document(in FoundDocument document) => Found.Add(new(Encoding.UTF8.GetString(document.Id), Encoding.UTF8.GetString(document.Body)));

        public void Folder(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException();
    }
}
