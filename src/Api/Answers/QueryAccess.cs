using DocService.Api.Access;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Collections.Definitions;

namespace DocService.Api.Answers;

/// <summary>
/// Judges queries, before anything is looked for: all ids that a query could find lie within one prefix that the key has.
/// A query over more is refused and not narrowed in silence, so that no client takes a part for the whole.
/// </summary>
internal static class QueryAccess
{
    /// <param name="context">Of the request.</param>
    /// <param name="collections">In force; what the query names counts as its prefix.</param>
    /// <param name="form">The query, not yet narrowed to its collection.</param>
    /// <param name="deletes">Whether what it finds is deleted.</param>
    public static Problem? Judge(HttpContext context, CollectionSet collections, QueryForm form, bool deletes = false)
    {
        Caller caller = Caller.Of(context);
        string beginning = BeginningOf(collections, form);
        return Judge(caller, Right.Read, beginning)
            ?? (deletes ? Judge(caller, Right.Write, beginning) : null)
            ?? (form.IsExplained || form.Search is not null ? JudgeWhole(caller, collections, beginning) : null);
    }

    /// <summary>The same for changes, which know no collections.</summary>
    public static Problem? Judge(HttpContext context, QueryForm form) => Judge(Caller.Of(context), Right.Read, form.Query.Prefix);

    /// <summary>A collection that is not there counts as the whole store: whether there is one of that name is not told.</summary>
    private static string BeginningOf(CollectionSet collections, QueryForm form)
    {
        string prefix = form.Query.Prefix;
        return form.Collection is not { } name ? prefix
            : collections.Get(name) is not { } named ? string.Empty
            : prefix.StartsWith(named.Prefix, StringComparison.Ordinal) ? prefix : named.Prefix;
    }

    private static Problem? Judge(Caller caller, Right right, string beginning) =>
        AccessProblems.Unless(caller, right, beginning, "all documents that this asks about: name a 'prefix' that lies within it");

    /// <summary>Ranks are of the words in all documents of a collection, costs of all its entries.</summary>
    private static Problem? JudgeWhole(Caller caller, CollectionSet collections, string beginning) =>
        collections.Find(beginning) is { } collection
            ? AccessProblems.Unless(caller, Right.Read, collection.Prefix, "the whole collection: 'search' and 'explain' tell of all its documents")
            : null;
}
