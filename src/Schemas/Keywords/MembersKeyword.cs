using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DocService.Schemas.Judging;
using DocService.Schemas.Texts;

namespace DocService.Schemas.Keywords;

/// <summary><c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c>: one pass over the members.</summary>
/// <param name="place">Of the first of them.</param>
/// <param name="named">By the member's name.</param>
/// <param name="patterns">For names that match.</param>
/// <param name="others">For members that are neither; null: whatever they are.</param>
internal sealed class MembersKeyword(SchemaPlace place, Dictionary<string, SchemaNode> named, IReadOnlyList<(SchemaPattern Pattern, SchemaNode Schema)> patterns, SchemaNode? others) : Keyword(place)
{
    /// <summary>Bytes of a name that is looked up without being made a string.</summary>
    private const int ShortName = 128;

    /// <summary>In UTF-8, each of which may be an escape of six.</summary>
    private const int BytesOfACharacter = 18;

    private readonly long _longest = named.Keys.Max(static name => (int?)name.Length) ?? 0;
    private readonly Dictionary<string, SchemaNode>.AlternateLookup<ReadOnlySpan<char>> _short = named.GetAlternateLookup<ReadOnlySpan<char>>();

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        bool holds = true;
        int number = 0;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            holds &= run.Pay(1) && HoldsOf(run, member, number, marks);
            number++;
            if (!holds && !run.SeeksMore)
            {
                return false;
            }
        }

        return holds;
    }

    private bool HoldsOf(Evaluation run, in JsonProperty member, int number, Marks? marks)
    {
        SchemaNode? schema = Find(run, member);
        bool holds = schema is null || run.HoldsIn(schema, member);
        bool isKnown = schema is not null;
        string name = patterns.Count > 0 && run.Pay(JsonMarshal.GetRawUtf8PropertyName(member).Length / 4) ? run.NameOf(member) ?? string.Empty : string.Empty;
        for (int index = 0; index < patterns.Count && (holds || run.SeeksMore) && !run.IsTooCostly; index++)
        {
            if (patterns[index].Pattern.IsMatch(run, name))
            {
                isKnown = true;
                holds &= run.HoldsIn(patterns[index].Schema, member);
            }
        }

        if (!isKnown && others is not null)
        {
            isKnown = true;
            holds &= run.HoldsIn(others, member);
        }

        if (isKnown)
        {
            marks?.Add(number);
        }

        return holds && !run.IsTooCostly;
    }

    private SchemaNode? Find(Evaluation run, in JsonProperty member)
    {
        if (named.Count == 0)
        {
            return null;
        }

        ReadOnlySpan<byte> name = JsonMarshal.GetRawUtf8PropertyName(member);
        if (name.Length > ShortName || name.Contains((byte)'\\'))
        {
            return name.Length <= BytesOfACharacter * _longest && run.Pay(name.Length / 4) ? named.GetValueOrDefault(member.Name) : null;
        }

        Span<char> text = stackalloc char[ShortName];
        return _short.TryGetValue(text[..Encoding.UTF8.GetChars(name, text)], out SchemaNode? schema) ? schema : null;
    }
}
