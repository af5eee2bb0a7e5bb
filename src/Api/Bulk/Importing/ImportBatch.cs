using System.Security.Cryptography;
using System.Text;
using DocService.Api.Bulk.Importing.Lines;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;
using DocService.Storage.Requests;

namespace DocService.Api.Bulk.Importing;

/// <summary>Lines that are committed together, each with its text.</summary>
/// <remarks>Owns: the texts, until they are committed or refused. Thread: one at a time.</remarks>
internal sealed class ImportBatch(IDocumentStore store, ConflictRule rule, ImportKey? key, ImportReport report, ImportLimits limits, Caller caller) : IDisposable
{
    private readonly List<(long Number, PutOperation Document)> _lines = [];
    private readonly List<ImportText> _texts = [];
    private readonly HashSet<DocumentKey> _keys = [];
    private long _bytes;

    /// <summary>Whether a further document can only be in the next one.</summary>
    public bool IsFull => _lines.Count >= limits.Operations || _bytes >= limits.Bytes;

    /// <summary>Whether this line can be in it: a commit names a document once.</summary>
    public bool Takes(DocumentKey key, ImportText text) => _lines.Count == 0 || (!_keys.Contains(key) && _bytes + text.Length <= limits.Bytes);

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
        IdempotentRequest? request = left.Count > 0 ? key?.OfLines(left[0].Number, Digest(left)) : null;
        while (left.Count > 0 && problem is null)
        {
            (left, problem) = await TryAsync(left, request, alone, cancellation);
        }

        foreach ((long Number, PutOperation Document) line in alone)
        {
            if (problem is null)
            {
                (_, problem) = await TryAsync([line], key?.OfLine(line.Number, Digest([line])), again: null, cancellation);
            }
        }

        Clear();
        return problem;
    }

    public void Dispose() => Clear();

    /// <summary>One commit; what is left of the lines when it did not happen.</summary>
    private async Task<(List<(long Number, PutOperation Document)> Left, Problem? Problem)> TryAsync(
        List<(long Number, PutOperation Document)> lines, IdempotentRequest? request, List<(long, PutOperation)>? again, CancellationToken cancellation)
    {
        DocumentOperation[] operations = [.. lines.Select(line => line.Document)];
        CommitResult result = request is null ? await store.CommitAsync(operations, report.Commits.Asked, cancellation) : await store.CommitAsync(operations, report.Commits.Asked, request, cancellation);
        if (result.IsCommitted)
        {
            report.Note(result);
            if (result.Replayed is { } before && before.Results.Count < lines.Count)
            {
                // The others were not taken then. Their reasons were not kept, so they are judged once more.
                HashSet<DocumentKey> written = [.. before.Results.Select(one => one.Key)];
                again?.AddRange(lines.Where(line => !written.Contains(line.Document.Key)));
            }

            return ([], null);
        }

        List<(long Number, PutOperation Document)> left = [];
        foreach (((long number, PutOperation document), WriteResult one) in lines.Zip(result.Results))
        {
            switch (one.Status)
            {
                case WriteStatus.ConditionFailed when request is not null && again is not null:
                    again.Add((number, document)); // an earlier request with this key may have written it alone
                    break;
                case WriteStatus.ConditionFailed when rule == ConflictRule.Skip:
                    report.Skipped++;
                    break;
                case WriteStatus.ConditionFailed:
                    report.Refuse(number, document.Key.Id, BulkProblems.Exists(document.Key.Id));
                    break;
                case WriteStatus.Refused when one.Violation is null:
                    left.Add((number, document)); // another's body was refused, and with it the commit
                    break;
                case WriteStatus.Refused when RuleProblem.Of(one.Violation!) is { Type.Status: >= StatusCodes.Status500InternalServerError } unavailable:
                    return ([], unavailable);
                case WriteStatus.Refused when again is not null:
                    again.Add((number, document));
                    break;
                case WriteStatus.Refused:
                    report.Refuse(number, document.Key.Id, RuleProblem.Of(caller.Redact(one.Violation!)));
                    break;
                default:
                    left.Add((number, document));
                    break;
            }
        }

        return (left, null);
    }

    /// <summary>Of what the lines say: which documents, of which type, with which content.</summary>
    private static Sha256Digest Digest(List<(long Number, PutOperation Document)> lines)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        foreach ((_, PutOperation document) in lines)
        {
            document.Key.Digest.CopyTo(digest);
            hash.AppendData(digest);
            document.Content.Sha256.CopyTo(digest);
            hash.AppendData(digest);
            Sha256Digest.Of(Encoding.UTF8.GetBytes(document.Content.ContentType)).CopyTo(digest);
            hash.AppendData(digest);
        }

        hash.GetHashAndReset(digest);
        return new Sha256Digest(digest);
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
        _bytes = 0;
    }
}
