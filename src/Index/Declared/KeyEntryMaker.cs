using DocService.Queries;
using DocService.Queries.Indexes;

namespace DocService.Index.Declared;

/// <summary>Entries of values: a key for each combination of them. Those of a unique index carry the digest of the whole key.</summary>
internal sealed class KeyEntryMaker(IndexDefinition definition) : EntryMaker
{
    private readonly IndexKeys _keys = new(definition);

    /// <summary>Of the document read last.</summary>
    public IndexEntries? Last { get; private set; }

    protected override void Make(in IndexedDocument document)
    {
        IndexEntries entries = Last = _keys.Of(document.Body, document.Facts, SearchLimit.None);
        foreach (byte[] key in entries.Keys)
        {
            Add(key, []);
        }

        foreach (UniqueKey unique in entries.Unique)
        {
            Add(entries.Keys[unique.Key], unique.Digest);
        }
    }
}
