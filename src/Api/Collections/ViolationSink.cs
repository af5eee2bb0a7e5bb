using System.Text;
using DocService.Index.Answering;
using DocService.Index.Finding;

namespace DocService.Api.Collections;

/// <summary>A few documents that a search has found and that are still to be judged.</summary>
/// <remarks>Owns: copies of their bodies, charged to the budget until <see cref="Clear"/>. Thread: one at a time.</remarks>
/// <param name="budget">Charged for the bodies.</param>
internal sealed class ViolationSink(ByteBudget budget) : IResultSink, IDisposable
{
    /// <summary>What is judged in one turn: some milliseconds, unless a document takes long by itself.</summary>
    private const int DocumentsMax = 16;

    private const int BytesMax = 64 * 1024;

    private readonly List<(string Id, long Version, byte[] Body)> _documents = [];
    private int _most = DocumentsMax;
    private long _charged;

    public IReadOnlyList<(string Id, long Version, byte[] Body)> Documents => _documents;

    public bool IsFull => _documents.Count >= _most || _charged >= BytesMax;

    /// <summary>So many may follow.</summary>
    public void Clear(int most)
    {
        budget.Return(_charged);
        _charged = 0;
        _documents.Clear();
        _most = Math.Min(most, DocumentsMax);
    }

    public void Document(in FoundDocument document)
    {
        budget.Take(document.Body.Length);
        _charged += document.Body.Length;
        _documents.Add((Encoding.UTF8.GetString(document.Id), document.Version, document.Body.ToArray()));
    }

    public void Folder(ReadOnlySpan<byte> beginning) => throw new NotSupportedException("Documents are judged one by one.");

    public void Dispose() => Clear(0);
}
