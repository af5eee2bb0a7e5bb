namespace DocService.Queries.Words;

/// <summary>One thing that must occur: a word, words in a row, or the beginning of a word.</summary>
/// <param name="Words">Folded; more than one is a phrase.</param>
/// <param name="IsPrefix">The last word is a beginning: <c>wor*</c>.</param>
public sealed record TextTerm(IReadOnlyList<string> Words, bool IsPrefix)
{
    /// <summary>How often it occurs in words that follow each other.</summary>
    public int CountIn(IReadOnlyList<string> words)
    {
        int count = 0;
        for (int start = 0; start + Words.Count <= words.Count; start++)
        {
            count += StandsAt(words, start) ? 1 : 0;
        }

        return count;
    }

    private bool StandsAt(IReadOnlyList<string> words, int start)
    {
        for (int i = 0; i < Words.Count; i++)
        {
            bool isBeginning = IsPrefix && i == Words.Count - 1;
            if (isBeginning ? !words[start + i].StartsWith(Words[i], StringComparison.Ordinal) : words[start + i] != Words[i])
            {
                return false;
            }
        }

        return true;
    }
}
