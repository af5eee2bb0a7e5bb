using DocService.Queries.Keys;

namespace DocService.Index.Declared;

/// <summary>Makes the entries that a document has in one declared index.</summary>
/// <remarks>Owns: the entries of the document read last. Thread: the follower's.</remarks>
internal abstract class EntryMaker
{
    private Dictionary<byte[], byte[]> _entries = new(KeyComparer.Instance);
    private Dictionary<byte[], byte[]> _before = new(KeyComparer.Instance);

    /// <summary>Key → value, of the document read last.</summary>
    public IReadOnlyDictionary<byte[], byte[]> Entries => _entries;

    /// <summary>Of the one before it.</summary>
    public IReadOnlyDictionary<byte[], byte[]> Before => _before;

    /// <summary>Words in the document read last; 0 but for text.</summary>
    public int Words { get; protected set; }

    public static EntryMaker Of(DeclaredIndex index) => index.Keys is { } keys ? new KeyEntryMaker(keys) : new WordEntryMaker(index.Text!);

    /// <summary>The next document's.</summary>
    public void Read(in IndexedDocument document)
    {
        Clear();
        Make(document);
    }

    /// <summary>The next has none.</summary>
    public void Clear()
    {
        (_entries, _before) = (_before, _entries);
        _entries.Clear();
        Words = 0;
    }

    protected abstract void Make(in IndexedDocument document);

    protected void Add(byte[] key, byte[] value) => _entries[key] = value;
}
