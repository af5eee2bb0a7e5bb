using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Queries;
using DocService.Queries.Filters;
using Facts = DocService.Queries.Paths.DocumentFacts;

namespace DocService.Index.Finding;

/// <summary>Goes from match to match: every candidate is judged by the matcher, on its bytes.</summary>
/// <remarks>Owns: the candidates. Thread: one at a time. Invariant: what it stands at is valid until it moves.</remarks>
/// <param name="candidates">Become this walk's.</param>
/// <param name="filter">What documents must match.</param>
/// <param name="moment">Of the store's time: what has ended by then is no candidate, whatever finds it.</param>
internal sealed class MatchingWalk(Candidates candidates, Filter filter, DateTimeOffset moment) : IDisposable
{
    /// <summary>Rows of documents that are absent, behind a page, that are passed to find out whether it is the last.</summary>
    private const int LookedAtMax = 1000;

    private readonly Matcher? _matcher = filter.IsEverything ? null : filter.CreateMatcher();
    private byte[] _id = []; // as long as the longest so far
    private DocumentHead _head;
    private Facts _facts;

    /// <summary>Rows looked at.</summary>
    public long Examined { get; private set; }

    public long Matched { get; private set; }

    public ReadOnlySpan<byte> Id => candidates.Id;

    public ReadOnlySpan<byte> Body => candidates.Row[_head.BodyAt..];

    /// <summary>For the matcher and what else looks at facts; the id in it is valid until the walk moves.</summary>
    public ref readonly Facts Facts => ref _facts;

    public double Score => candidates.Score;

    public FoundDocument Current => new(candidates.Id, _head, Body);

    /// <summary>To the next match: <see cref="SearchState.Full"/> where it stands at one, <see cref="SearchState.Done"/> behind the last.</summary>
    public SearchState Next(Allowance allowance, SearchLimit limit)
    {
        while (!allowance.IsSpent)
        {
            if (!MoveNext())
            {
                return SearchState.Done;
            }

            allowance.Spend(candidates.Row.Length);
            limit.Step();
            if (IsThere() && Matches(limit))
            {
                Matched++;
                return SearchState.Full;
            }
        }

        return SearchState.Paused;
    }

    /// <summary>False where there is surely no candidate behind; the walk has moved then.</summary>
    public bool MayHaveCandidate()
    {
        for (int rows = 0; rows < LookedAtMax; rows++)
        {
            if (!MoveNext())
            {
                return false;
            }

            if (IsThere())
            {
                return true;
            }
        }

        return true;
    }

    public void Pass(ReadOnlySpan<byte> beginning) => candidates.Pass(beginning);

    public void Dispose() => candidates.Dispose();

    private bool MoveNext()
    {
        bool isAny = candidates.MoveNext();
        Examined += isAny ? 1 : 0;
        return isAny;
    }

    /// <summary>Whether it stands at a document that is shown and has not expired: the one place where queries judge that.</summary>
    private bool IsThere()
    {
        if (!candidates.IsDocument)
        {
            return false;
        }

        _head = DocumentRow.ReadHead(candidates.Row);
        return _head.HasBody && !_head.HasEnded(moment);
    }

    private bool Matches(SearchLimit limit)
    {
        ReadOnlySpan<byte> id = candidates.Id;
        if (id.Length > _id.Length)
        {
            _id = new byte[id.Length];
        }

        id.CopyTo(_id);
        _facts = _head.ToFacts(_id.AsMemory(0, id.Length));
        return _matcher is null || _matcher.Matches(Body, _facts, limit);
    }
}
