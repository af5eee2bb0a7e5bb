using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Collections.Definitions;
using DocService.Index.Finding;
using DocService.Index.Planning;

namespace DocService.Api.Answers;

/// <summary>What a collection gives to a query: its prefix, its indexes, and the words of its documents.</summary>
internal static class QueryCollection
{
    /// <summary>A named collection stands for its prefix; its indexes serve every query whose prefix lies inside.</summary>
    public static Problem? TryUse(CollectionSet collections, ref QueryForm form)
    {
        DocumentQuery query = form.Query;
        if (form.Collection is { } name)
        {
            if (collections.Get(name) is not { } named)
            {
                return new Problem(ProblemCatalogue.NotFound, $"There is no collection '{name}'.");
            }

            if (!query.Prefix.StartsWith(named.Prefix, StringComparison.Ordinal))
            {
                if (query.Prefix.Length > 0)
                {
                    return QueryProblems.Value(new QueryPlace("prefix", form.IsInBody), $"'prefix' lies outside of the collection, whose prefix is '{named.Prefix}'.");
                }

                query = query with { Prefix = named.Prefix };
            }
        }

        if (collections.Find(query.Prefix) is { } collection)
        {
            query = query with { Indexes = collection.Declared };
            if (form.Search is not null && TryUseWords(collection, ref form, ref query) is { } problem)
            {
                return problem;
            }
        }

        form = form with { Query = query };
        return null;
    }

    private static Problem? TryUseWords(Collection collection, ref QueryForm form, ref DocumentQuery query)
    {
        string? asked = form.TextIndex;
        CollectionIndex[] texts = [.. collection.Indexes.Where(index => index.IsText && (asked is null || index.Name == asked))];
        if (texts is not [var text])
        {
            string detail = asked is not null ? $"Collection '{collection.Name}' has no text index '{asked}'."
                : texts.Length == 0 ? $"Collection '{collection.Name}' has no text index."
                : $"Collection '{collection.Name}' has several text indexes: name one of {string.Join(", ", texts.Select(index => index.Name))}.";
            return QueryProblems.Value(new QueryPlace("index", form.IsInBody), detail);
        }

        form = form with { TextIndex = text.Name };
        query = query with { Text = new TextSearch(text.Declared, form.Search!) };
        return null;
    }
}
