using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;
using DocService.Queries.Planning;
using DocService.Storage.Model;

namespace DocService.Index.Answering;

/// <summary>Finds the documents of a query, in its order, and hands them to a sink.</summary>
public abstract class DocumentSearch : Search
{
    private readonly IResultSink _sink;
    private readonly SearchRequest _request;
    private byte[] _lastId = [];
    private byte[]? _lastKey;
    private bool _isLastFolder;

    private protected DocumentSearch(IndexReader reader, DocumentQuery query, QueryPlan plan, SearchRequest request, IResultSink sink)
        : base(reader, query, plan)
    {
        _request = request;
        _sink = sink;
    }

    /// <summary>Entries handed to the sink.</summary>
    public long Found { get; private set; }

    /// <summary>Of the last entry; null before the first. With a sort it has the key, whichever plan found the entry: the next page may have another.</summary>
    public SearchPosition? Position => Found == 0 ? _request.Behind : new SearchPosition(_lastId, _lastKey, _isLastFolder);

    /// <summary>Whether as many were found as are wanted.</summary>
    public bool IsLimitReached => Found >= (_request.Limit ?? long.MaxValue);

    private protected long Wanted => (_request.Limit ?? long.MaxValue) - Found;

    public static DocumentSearch Create(IndexReader reader, DocumentQuery query, SearchRequest request, IResultSink sink)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(request);
        QueryPlan plan = QueryPlanning.Plan(reader, query);
        return plan.Order == CandidateOrder.None
            ? new SortedSearch(reader, query, plan, request, sink)
            : new ListSearch(reader, query, plan, request, sink);
    }

    /// <summary>Whether something may stand behind the last entry. It is asked once, after the last call of the search.</summary>
    public abstract bool MayHaveMore();

    internal override SearchState Advance(Allowance allowance, SearchLimit limit)
    {
        while (!IsLimitReached)
        {
            if (_sink.IsFull)
            {
                return SearchState.Full;
            }

            if (Find(allowance, limit) is not SearchState.Full and var state)
            {
                return state;
            }
        }

        return SearchState.Done;
    }

    /// <summary>To the next entry, which is handed on: <see cref="SearchState.Full"/>; other states as of a search.</summary>
    private protected abstract SearchState Find(Allowance allowance, SearchLimit limit);

    private protected void Emit(in FoundDocument document, byte[]? sortKey)
    {
        if (_request.VerifiesBodies && Sha256Digest.Of(document.Body) != document.Sha256)
        {
            var failure = new IndexFailedException($"The body of version {document.Version} does not fit its SHA-256.");
            Reader.Fail(failure);
            throw failure;
        }

        _lastId = document.Id.ToArray();
        _lastKey = sortKey;
        _isLastFolder = false;
        Found++;
        _sink.Document(document);
    }

    private protected void EmitFolder(ReadOnlySpan<byte> folder)
    {
        _lastId = folder.ToArray();
        _isLastFolder = true;
        Found++;
        _sink.Folder(folder);
    }
}
