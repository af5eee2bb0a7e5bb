namespace DocService.Queries.Filters;

/// <summary>Keeps the first fault of one parsing. Thread: the parser's.</summary>
/// <param name="kind">The slug of its problem.</param>
internal sealed class FaultList(string kind)
{
    public QueryFault? First { get; private set; }

    /// <summary>Null, to be returned in place of what could not be parsed.</summary>
    public T? Add<T>(string pointer, string detail)
        where T : class
    {
        First ??= new QueryFault(kind, pointer, detail);
        return null;
    }
}
