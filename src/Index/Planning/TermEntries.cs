using DocService.Index.Declared;
using DocService.Index.Reading;
using DocService.Queries.Keys;
using DocService.Queries.Planning;
using DocService.Queries.Words;

namespace DocService.Index.Planning;

/// <summary>Where the entries of a term are. Of a phrase those of its words count, because only a body tells whether they follow each other.</summary>
internal static class TermEntries
{
    /// <summary>One range for each word of the term.</summary>
    public static IEnumerable<KeyRange> Of(TextTerm term) => term.Words.Select((word, number) => Of(word, term.IsPrefix && number == term.Words.Count - 1));

    private static KeyRange Of(string word, bool isBeginning) =>
        isBeginning ? KeyRange.Prefix(WordKey.Beginning(word)) : KeyRange.Point(WordKey.Of(word));
}
