using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Storage;
using DocService.Storage.Followers;
using DocService.Storage.Model;

namespace DocService.Index;

/// <summary>What the scrub reads of an index.</summary>
/// <remarks>Thread: the scrub's. On failure: the index is made anew, and nothing is told until it is.</remarks>
internal sealed class IndexCopies(IndexFollower index)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <inheritdoc cref="IDocumentCopies.TryRead"/>
    public StoredDocument? TryRead(DocumentKey key, long through) => Ask(through, reader => reader.ReadWhole(key.Id), null);

    /// <inheritdoc cref="IDocumentCopies.TryReadInfo"/>
    public bool TryReadInfo(DocumentKey key, long through, out DocumentInfo? info)
    {
        (bool isKnown, info) = Ask(through, reader => (true, reader.ReadFacts(key.Id)?.Info), (false, null));
        return isKnown;
    }

    /// <inheritdoc cref="IDocumentCopies.TryReadPart"/>
    public CopyPart? TryReadPart(ReadOnlyMemory<byte>? from) => Ask(0, reader => reader.ReadPart(from ?? default), null);

    /// <inheritdoc cref="IDocumentCopies.ListFiles"/>
    public IReadOnlyList<CopyFile> ListFiles() => Ask<IReadOnlyList<CopyFile>>(0, reader => reader.ListFiles(), []);

    private T Ask<T>(long through, Func<IndexReader, T> read, T unknown)
    {
        try
        {
            if (!index.Has(through) && !index.WaitForAsync(through, Patience, default).GetAwaiter().GetResult())
            {
                return unknown;
            }

            using IndexReader? reader = index.TryRead();
            return reader is null || reader.AsOf < through ? unknown : read(reader);
        }
        catch (Exception exception) when (exception is IndexClosedException or IndexFailedException)
        {
            return unknown; // it is made anew
        }
    }
}
