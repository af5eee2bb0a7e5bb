using System.Text;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Schemas;

namespace DocService.Api.Collections;

/// <summary>Judges the documents that a search finds, and keeps those that do not pass.</summary>
/// <remarks>Thread: one at a time, of the search.</remarks>
/// <param name="schema">By which it judges.</param>
/// <param name="budget">Charged for each document while it is judged.</param>
/// <param name="limit">So many that do not pass are enough.</param>
/// <param name="clock">For the time that a page takes.</param>
internal sealed class ViolationSink(DocumentSchema schema, ByteBudget budget, int limit, TimeProvider clock) : IResultSink
{
    /// <summary>A page is answered by then with what it has.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(5);

    private const int DocumentsMax = 10_000;

    /// <summary>A page ends when it tells so many faults.</summary>
    private const int FaultsMax = 2000;

    private readonly long _started = clock.GetTimestamp();
    private int _documents;
    private int _faults;

    public List<(string Id, long Version, SchemaVerdict Verdict)> Found { get; } = [];

    public bool IsFull => Found.Count >= limit || _faults >= FaultsMax || _documents >= DocumentsMax || (_documents > 0 && clock.GetElapsedTime(_started) >= TimeMax);

    public void Document(in FoundDocument document)
    {
        _documents++;
        SchemaVerdict verdict = schema.Judge(document.Body.ToArray(), budget, DocumentSchema.WorkOf(document.Body.Length));
        if (verdict.Outcome != SchemaOutcome.Passed)
        {
            _faults += verdict.Faults.Count;
            Found.Add((Encoding.UTF8.GetString(document.Id), document.Version, verdict));
        }
    }

    public void Folder(ReadOnlySpan<byte> beginning) => throw new NotSupportedException("Documents are judged one by one.");
}
