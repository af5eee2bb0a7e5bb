using System.Diagnostics.CodeAnalysis;

namespace DocService.Queries.Words;

/// <summary>
/// What somebody searches for: all words must occur. <c>wor*</c> is a beginning, <c>"a phrase"</c> stands as it is;
/// everything else is text, so that <c>C++</c>, <c>-apple</c> and <c>t:apple</c> are words like others. Immutable.
/// </summary>
public sealed class TextQuery
{
    /// <summary>Terms of one search.</summary>
    public const int TermsMax = 64;

    private TextQuery(IReadOnlyList<TextTerm> terms) => Terms = terms;

    public IReadOnlyList<TextTerm> Terms { get; }

    /// <param name="text">What was typed.</param>
    /// <param name="query">Null when no word is left of it.</param>
    /// <param name="fault">A sentence that says why.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out TextQuery? query, [NotNullWhen(false)] out string? fault)
    {
        var terms = new List<TextTerm>();
        string[] parts = text.Split('"');
        for (int i = 0; i < parts.Length; i++)
        {
            bool isPhrase = i % 2 == 1 && i < parts.Length - 1; // a quote without its other is text
            if (isPhrase)
            {
                AddPhrase(terms, parts[i]);
            }
            else
            {
                AddWords(terms, parts[i]);
            }
        }

        fault = terms.Count switch
        {
            0 => "There is no word in the search.",
            > TermsMax => $"The search has more than {TermsMax} words.",
            _ => null,
        };
        query = fault is null ? new TextQuery(terms) : null;
        return query is not null;
    }

    /// <summary>Whether every term occurs; an index's words are checked by it again, as phrases are.</summary>
    public bool Matches(DocumentWords document) => Terms.All(term => term.CountIn(document.Words) > 0);

    private static void AddPhrase(List<TextTerm> terms, string text)
    {
        List<string> words = Words(text);
        if (words.Count > 0)
        {
            Add(terms, new TextTerm(words, IsPrefix: false));
        }
    }

    /// <summary>Between white space; a star behind a word makes its last part a beginning.</summary>
    private static void AddWords(List<TextTerm> terms, string text)
    {
        foreach (string part in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            List<string> words = Words(part);
            for (int i = 0; i < words.Count; i++)
            {
                bool isPrefix = i == words.Count - 1 && part.EndsWith('*') && part.Length > 1 && char.IsLetterOrDigit(part[^2]);
                Add(terms, new TextTerm([words[i]], isPrefix));
            }
        }
    }

    private static void Add(List<TextTerm> terms, TextTerm term)
    {
        if (!terms.Exists(other => other.IsPrefix == term.IsPrefix && other.Words.SequenceEqual(term.Words)))
        {
            terms.Add(term);
        }
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        WordBreaker.Read(text, words);
        return words;
    }
}
