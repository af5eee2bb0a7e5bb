using System.Text;
using DocService.Index;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Schemas;

namespace DocService.Api.Collections;

/// <summary>Judges documents of a collection, in turn with the writes whose judgements take long, and keeps those that do not pass.</summary>
/// <remarks>Owns: what it has found. Thread: one at a time.</remarks>
/// <param name="schema">By which it judges.</param>
/// <param name="judge">Gives the turns.</param>
/// <param name="budget">Charged for documents while they wait for theirs.</param>
/// <param name="limit">So many that do not pass are enough.</param>
/// <param name="clock">For the time that a page takes.</param>
internal sealed class ViolationPage(DocumentSchema schema, SchemaJudge judge, ByteBudget budget, int limit, TimeProvider clock)
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

    private bool IsFull => Found.Count >= limit || _faults >= FaultsMax || _documents >= DocumentsMax || clock.GetElapsedTime(_started) >= TimeMax;

    /// <summary>Returns the id behind which the next page begins; null where there is none.</summary>
    /// <exception cref="StoreBusyException">No turn came, or memory is short.</exception>
    public async Task<string?> FillAsync(IndexQueries queries, IndexReader reader, DocumentQuery query, CancellationToken gone)
    {
        using var sink = new ViolationSink(budget);
        using DocumentSearch search = DocumentSearch.Create(reader, query, new SearchRequest(), sink);
        SearchLimit time = queries.NewLimit(gone);
        SearchState state;
        do
        {
            sink.Clear(limit - Found.Count);
            state = await queries.RunAsync(search, time);
            await JudgeAsync(sink.Documents, gone);
        }
        while (state == SearchState.Full && !IsFull);

        return state == SearchState.Full && search.MayHaveMore() && search.Position is { } position ? Encoding.UTF8.GetString(position.Id.Span) : null;
    }

    private async Task JudgeAsync(IReadOnlyList<(string Id, long Version, byte[] Body)> documents, CancellationToken gone)
    {
        if (documents.Count == 0)
        {
            return;
        }

        using SchemaJudge.Turn turn = await judge.EnterAsync(gone);
        foreach ((string id, long version, byte[] body) in documents)
        {
            _documents++;
            SchemaVerdict verdict = turn.Judge(schema, body);
            if (verdict.Outcome != SchemaOutcome.Passed)
            {
                _faults += verdict.Faults.Count;
                Found.Add((id, version, verdict));
            }
        }
    }
}
