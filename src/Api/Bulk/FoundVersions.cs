using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>Gathers which documents a search finds, each in which version, until there are enough for a commit.</summary>
/// <param name="operationsMax">Enough.</param>
/// <param name="bytesMax">So many bytes are enough, too: a small segment does not take many long ids.</param>
internal sealed class FoundVersions(int operationsMax, long bytesMax) : IResultSink
{
    private readonly List<DocumentOperation> _deletes = new(operationsMax);
    private long _bytes;

    public bool IsFull => _deletes.Count >= operationsMax || _bytes >= bytesMax;

    public void Document(in FoundDocument document)
    {
        if (!DocumentKey.TryCreate(document.Id, out DocumentKey key, out InvalidId? error))
        {
            throw new InvalidDataException($"The index knows a document whose id is none: {error.Reason}");
        }

        _bytes += document.Id.Length + WriteCost.OperationBytes;
        _deletes.Add(new DeleteOperation(key, new Conditions { IfMatch = VersionMatch.Of(document.Version) }) { IgnoresConditionsWhenAbsent = true });
    }

    public void Folder(ReadOnlySpan<byte> beginning) => throw new NotSupportedException("A deletion folds nothing.");

    /// <summary>What was found since the last call: a delete of each, of that version alone.</summary>
    public List<DocumentOperation> Take()
    {
        List<DocumentOperation> deletes = [.. _deletes];
        _deletes.Clear();
        _bytes = 0;
        return deletes;
    }
}
