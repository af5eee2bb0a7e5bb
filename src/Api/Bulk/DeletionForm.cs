using System.Globalization;
using DocService.Api.Problems;
using DocService.Api.Queries;

namespace DocService.Api.Bulk;

/// <summary>What a deletion of many documents asks for: which, and how many the client takes them to be.</summary>
internal readonly record struct DeletionForm(QueryForm Form, long Confirmed)
{
    /// <summary>Parameters that say which documents; those about the form of an answer have no meaning here.</summary>
    public static readonly string[] Names = ["prefix", "collection", "after", "to", "filter", Confirm];

    private const string Confirm = "confirm";

    /// <summary>Refuses what does not say which documents are meant: nobody deletes all of them by leaving something out.</summary>
    public static Problem? TryParse(HttpContext context, TimeSpan regexTime, out DeletionForm deletion)
    {
        deletion = default;
        if (UriForm.TryParse(context, regexTime, Confirm, out QueryForm? form, out string? confirm) is { } problem)
        {
            return problem;
        }

        if (!Array.Exists(["prefix", "collection", "filter"], form!.Said.Has))
        {
            return QueryProblems.Value(new QueryPlace("prefix", IsInBody: false), "Name the documents by 'prefix', 'collection' or 'filter'. All of them are filter={}.");
        }

        if (!long.TryParse(confirm, NumberStyles.None, CultureInfo.InvariantCulture, out long confirmed))
        {
            return QueryProblems.Value(new QueryPlace(Confirm, IsInBody: false), "'confirm' is the number of documents that are to be deleted, as GET /docs with count=true tells it.");
        }

        deletion = new DeletionForm(form, confirmed);
        return null;
    }
}
