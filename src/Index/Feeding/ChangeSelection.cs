using System.Text;
using DocService.Index.Rows;
using DocService.Queries;
using DocService.Queries.Filters;

namespace DocService.Index.Feeding;

/// <summary>Which changes a reader wants. For one reader: it owns a matcher.</summary>
/// <param name="prefix">Of their documents' ids; empty for all.</param>
/// <param name="filter">What documents must match to be shown; others are told as gone.</param>
public sealed class ChangeSelection(string prefix, Filter filter)
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);
    private readonly Matcher? _matcher = filter.IsEverything ? null : filter.CreateMatcher();
    private byte[] _id = []; // as long as the longest so far

    /// <summary>Whether changes of this document are told. Hidden documents have none: their ids begin with U+0000.</summary>
    public bool HasId(ReadOnlySpan<byte> id) => id[0] != 0 && id.StartsWith(_prefix);

    /// <summary>Hands on the change that the row tells of.</summary>
    /// <param name="id">It has been asked for.</param>
    /// <param name="row">Of the document; its body fits its digest.</param>
    /// <param name="moment">Of the store's time: what has ended by then is gone.</param>
    /// <param name="isNew">The reader has nothing yet, so that nothing can be gone.</param>
    /// <param name="limit">For the matcher.</param>
    /// <param name="sink">Takes it.</param>
    internal void Tell(ReadOnlySpan<byte> id, ReadOnlySpan<byte> row, DateTimeOffset moment, bool isNew, SearchLimit limit, IChangeSink sink)
    {
        long version = DocumentRow.ReadVersion(row, out bool isDeleted);
        if (isDeleted)
        {
            if (!isNew)
            {
                sink.Change(new FoundChange(_matcher is null ? ChangeKind.Delete : ChangeKind.Gone, id, version, DocumentRow.ReadDeleted(row)));
            }

            return;
        }

        DocumentHead head = DocumentRow.ReadHead(row);
        ReadOnlySpan<byte> body = row[head.BodyAt..];
        if (!head.HasEnded(moment) && Matches(id, head, body, limit))
        {
            sink.Change(new FoundChange(id, head, body));
        }
        else if (!isNew)
        {
            sink.Change(new FoundChange(ChangeKind.Gone, id, version, head.Modified));
        }
    }

    private bool Matches(ReadOnlySpan<byte> id, in DocumentHead head, ReadOnlySpan<byte> body, SearchLimit limit)
    {
        if (_matcher is null)
        {
            return true;
        }

        if (id.Length > _id.Length)
        {
            _id = new byte[id.Length];
        }

        id.CopyTo(_id);
        return _matcher.Matches(body, head.ToFacts(_id.AsMemory(0, id.Length)), limit);
    }
}
