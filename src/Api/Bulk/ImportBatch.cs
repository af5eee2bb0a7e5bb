using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>Lines that are committed together, each with its text.</summary>
/// <remarks>Owns: the texts, until they are committed or refused. Thread: one at a time.</remarks>
internal sealed class ImportBatch(IDocumentStore store, ConflictRule rule, ImportReport report, int operationsMax, long bytesMax) : IDisposable
{
    private readonly List<(long Number, PutOperation Document)> _lines = [];
    private readonly List<ImportText> _texts = [];
    private readonly HashSet<DocumentKey> _keys = [];
    private long _bytes;

    public ImportScratch Scratch { get; } = new();

    /// <summary>Whether a further document has to wait for the next one.</summary>
    public bool IsFull => _lines.Count >= operationsMax || _bytes >= bytesMax;

    public bool Has(DocumentKey key) => _keys.Contains(key);

    public void Add(long number, PutOperation document, ImportText text)
    {
        _lines.Add((number, document));
        _texts.Add(text);
        _keys.Add(document.Key);
        _bytes += text.Length;
    }

    /// <summary>
    /// Commits what it holds, and is empty afterwards. A line that is refused does not hold up the others: they are committed
    /// without it. What rules refuse is tried once more alone, because two lines of one batch may have been in each other's way.
    /// </summary>
    /// <returns>A problem that no line is to blame for: the import ends.</returns>
    public async Task<Problem?> CommitAsync(CancellationToken cancellation)
    {
        List<(long Number, PutOperation Document)> left = [.. _lines];
        List<(long Number, PutOperation Document)> alone = [];
        Problem? problem = null;
        while (left.Count > 0 && problem is null)
        {
            (left, problem) = await TryAsync(left, alone, cancellation);
        }

        foreach ((long, PutOperation) line in alone)
        {
            if (problem is null)
            {
                (_, problem) = await TryAsync([line], again: null, cancellation);
            }
        }

        Clear();
        return problem;
    }

    public void Dispose()
    {
        Clear();
        Scratch.Dispose();
    }

    /// <summary>One commit; what is left of the lines when it did not happen.</summary>
    private async Task<(List<(long Number, PutOperation Document)> Left, Problem? Problem)> TryAsync(
        List<(long Number, PutOperation Document)> lines, List<(long, PutOperation)>? again, CancellationToken cancellation)
    {
        CommitResult result = await store.CommitAsync([.. lines.Select(line => line.Document)], report.Asked, cancellation);
        if (result.IsCommitted)
        {
            report.Note(result);
            return ([], null);
        }

        List<(long Number, PutOperation Document)> left = [];
        foreach (((long number, PutOperation document), WriteResult one) in lines.Zip(result.Results))
        {
            switch (one.Status)
            {
                case WriteStatus.ConditionFailed when rule == ConflictRule.Skip:
                    report.Skipped++;
                    break;
                case WriteStatus.ConditionFailed:
                    report.Refuse(number, document.Key.Id, BulkProblems.Exists(document.Key.Id));
                    break;
                case WriteStatus.Refused when RuleProblem.Of(one.Violation!) is { Type.Status: >= StatusCodes.Status500InternalServerError } unavailable:
                    return ([], unavailable);
                case WriteStatus.Refused when again is not null:
                    again.Add((number, document));
                    break;
                case WriteStatus.Refused:
                    report.Refuse(number, document.Key.Id, RuleProblem.Of(one.Violation!));
                    break;
                default:
                    left.Add((number, document));
                    break;
            }
        }

        return (left, null);
    }

    private void Clear()
    {
        foreach (ImportText text in _texts)
        {
            text.Dispose();
        }

        _texts.Clear();
        _lines.Clear();
        _keys.Clear();
        Scratch.Clear();
        _bytes = 0;
    }
}
