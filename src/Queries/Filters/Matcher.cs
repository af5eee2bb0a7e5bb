using DocService.Queries.Paths;

namespace DocService.Queries.Filters;

/// <summary>
/// Says of one document after another whether it fulfils a filter, in one pass over its bytes that ends as soon as the
/// answer is known.
/// Owns: the state of the document under way. Thread: one at a time; make one matcher for each.
/// On failure: <see cref="SearchLimitException"/>; the next document may follow.
/// </summary>
public sealed class Matcher
{
    private readonly Verdict _verdict;
    private readonly MatchScratch _scratch = new();

    internal Matcher(FilterProgram program) => _verdict = new Verdict(program, _scratch);

    /// <param name="document">One JSON value, valid UTF-8 without duplicate names: a stored body.</param>
    /// <param name="facts">Of the same document.</param>
    /// <param name="limit">Kept by the matcher's own loop.</param>
    public bool Matches(ReadOnlySpan<byte> document, in DocumentFacts facts, SearchLimit limit)
    {
        _scratch.Limit = limit;
        limit.Step();
        return _verdict.OfDocument(document, facts);
    }
}
