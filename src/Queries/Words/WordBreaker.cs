using System.Globalization;
using System.Text;

namespace DocService.Queries.Words;

/// <summary>
/// Cuts text into words and folds them, as Unicode's word boundaries do (UAX #29): runs of letters, digits, marks and
/// low lines; an apostrophe or full stop between letters, a full stop or comma between digits, belong to the word. Other
/// than there, a colon never does, and scripts without spaces are one run, as finding their words takes a dictionary.
/// </summary>
internal static class WordBreaker
{
    /// <summary>Characters of a word; what is longer is cut, so that a key stays short.</summary>
    public const int CharactersMax = 100;

    /// <param name="text">Any text.</param>
    /// <param name="words">Gets the words behind those it has.</param>
    public static void Read(ReadOnlySpan<char> text, List<string> words)
    {
        var word = new StringBuilder();
        Rune last = default; // the last letter or digit of the word under way
        for (int i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out Rune rune, out int length);
            i += length;
            if (IsPart(rune) || (word.Length > 0 && Joins(rune, last, text[i..])))
            {
                Append(word, rune);
                last = Rune.IsLetterOrDigit(rune) ? rune : last;
                continue;
            }

            Finish(word, words);
        }

        Finish(word, words);
    }

    private static bool IsPart(Rune rune) => Rune.IsLetterOrDigit(rune) || rune.Value == '_' || IsMark(rune);

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>Rules WB6, WB7, WB11 and WB12: between two letters, or between two digits.</summary>
    private static bool Joins(Rune rune, Rune before, ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || Rune.DecodeFromUtf16(rest, out Rune after, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        return rune.Value switch
        {
            '.' or '\'' or '\u2019' => (Rune.IsLetter(before) && Rune.IsLetter(after)) || (Rune.IsDigit(before) && Rune.IsDigit(after)),
            ',' or ';' => Rune.IsDigit(before) && Rune.IsDigit(after),
            '\u00B7' => Rune.IsLetter(before) && Rune.IsLetter(after),
            _ => false,
        };
    }

    /// <summary>Case and marks go; the curled apostrophe becomes the plain one.</summary>
    private static void Append(StringBuilder word, Rune rune)
    {
        Rune lower = Rune.ToLowerInvariant(rune.Value == '\u2019' ? new Rune('\'') : rune);
        if (!lower.IsBmp)
        {
            word.Append(lower.ToString());
        }
        else if (!Diacritics.IsMark((char)lower.Value))
        {
            char letter = Diacritics.Remove((char)lower.Value);
            word.Append(letter == 'ς' ? 'σ' : letter);
        }
    }

    /// <summary>A run of marks and low lines alone is no word.</summary>
    private static void Finish(StringBuilder word, List<string> words)
    {
        string text = word.ToString();
        word.Clear();
        if (!text.Any(char.IsLetterOrDigit) && !text.Any(char.IsSurrogate))
        {
            return;
        }

        int length = Math.Min(text.Length, CharactersMax);
        words.Add(length < text.Length && char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length]);
    }
}
