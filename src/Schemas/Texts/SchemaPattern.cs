using System.Text.RegularExpressions;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Texts;

/// <summary>A regular expression of a schema. Its time is linear in the text where that is possible, and bounded where it is not.</summary>
/// <param name="text">As the schema spells it.</param>
/// <param name="translated">The same for .NET.</param>
internal sealed class SchemaPattern(string text, string translated)
{
    private const int ShownMax = 200;

    /// <summary>One step of the automaton for so many characters is a unit of work.</summary>
    private const int CharactersPerUnit = 4;

    /// <summary>What an automaton has to learn for one character can take a tenth of a millisecond: longer strings are not judged quickly.</summary>
    private const int QuickCharacters = 256;

    public bool IsMatch(Evaluation run, string value) =>
        run.Pay(value.Length > QuickCharacters && run.IsQuick ? Evaluation.TooMuch : 1 + (value.Length / CharactersPerUnit)) && run.Timed(TryMatch, value);

    public Regex Build() => PatternTranslation.Build(translated);

    public override string ToString() => text.Length <= ShownMax ? text : $"{text[..ShownMax]}…";

    /// <summary>Null where it takes longer than one match may: then nothing is known of the document.</summary>
    private bool? TryMatch(string value)
    {
        try
        {
            return PatternMemory.IsMatch(PatternMemory.Of(this), value);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
