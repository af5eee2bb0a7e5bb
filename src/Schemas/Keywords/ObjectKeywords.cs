using System.Runtime.InteropServices;
using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Keywords;

/// <summary><c>minProperties</c> and <c>maxProperties</c>.</summary>
internal sealed class MemberCountKeyword(SchemaPlace place, decimal bound, bool isLeast) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        int count = value.GetPropertyCount();
        return (isLeast ? count >= bound : count <= bound) || run.Fail(Place, $"the object has {count} members, and {(isLeast ? "at least" : "at most")} {bound} are wanted");
    }
}

/// <summary><c>required</c>.</summary>
internal sealed class RequiredKeyword(SchemaPlace place, IReadOnlyList<string> names) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks) =>
        value.ValueKind != JsonValueKind.Object || ObjectMembers.HasAll(run, value, names, Place, because: null);
}

/// <summary><c>dependentRequired</c>.</summary>
internal sealed class DependentRequiredKeyword(SchemaPlace place, IReadOnlyList<(string Name, IReadOnlyList<string> Needs)> members) : Keyword(place)
{
    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        bool holds = true;
        for (int index = 0; index < members.Count && (holds || run.SeeksMore); index++)
        {
            (string name, IReadOnlyList<string> needs) = members[index];
            holds &= !ObjectMembers.Has(run, value, name) || ObjectMembers.HasAll(run, value, needs, Place.To(name), because: name);
        }

        return holds && !run.IsTooCostly;
    }
}

/// <summary><c>dependentSchemas</c>.</summary>
internal sealed class DependentSchemasKeyword(SchemaPlace place, IReadOnlyDictionary<string, SchemaNode> schemas) : Keyword(place)
{
    public override IEnumerable<SchemaNode> InPlace => schemas.Values;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        bool holds = true;
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach ((string name, SchemaNode schema) in schemas)
            {
                holds &= !ObjectMembers.Has(run, value, name) || run.Holds(schema, value, marks);
                if (!holds && !run.SeeksMore)
                {
                    break;
                }
            }
        }

        return holds && !run.IsTooCostly;
    }
}

/// <summary><c>propertyNames</c>.</summary>
internal sealed class PropertyNamesKeyword(SchemaPlace place, SchemaNode schema) : Keyword(place)
{
    /// <summary>A name becomes a value of its own.</summary>
    private const int NameWork = 20;

    /// <summary>Its bytes, and twice as many for the table that the library begins with.</summary>
    private const int NameCopies = 3;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        bool holds = true;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            holds &= run.Pay(JsonMarshal.GetRawUtf8PropertyName(member).Length / 2) && HoldsOf(run, member);
            if (!holds && !run.SeeksMore)
            {
                break;
            }
        }

        return holds && !run.IsTooCostly;
    }

    private bool HoldsOf(Evaluation run, JsonProperty member)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8PropertyName(member);
        long bytes = NameCopies * (long)raw.Length;
        if (!run.Pay(NameWork) || !run.TryHold(bytes))
        {
            return false;
        }

        byte[] quoted = [(byte)'"', .. raw, (byte)'"'];
        bool holds;
        using (JsonDocument text = JsonDocument.Parse(quoted))
        {
            holds = run.HoldsSilently(schema, text.RootElement, marks: null);
        }

        holds = holds || run.Fail(Place, $"the name {ObjectMembers.Show(member.Name)} is not as the schema wants names of members");
        run.Memory.LetGo(bytes);
        return holds;
    }
}

/// <summary><c>unevaluatedProperties</c>.</summary>
internal sealed class UnevaluatedPropertiesKeyword(SchemaPlace place, SchemaNode schema) : Keyword(place)
{
    public override bool IsLast => true;

    public override bool Holds(Evaluation run, in JsonElement value, Marks? marks)
    {
        bool holds = true;
        if (value.ValueKind == JsonValueKind.Object)
        {
            int number = 0;
            foreach (JsonProperty member in value.EnumerateObject())
            {
                holds &= run.Pay(1) && (marks!.Has(number) || run.HoldsIn(schema, member));
                number++;
                if (!holds && !run.SeeksMore)
                {
                    return false;
                }
            }

            marks!.All();
        }

        return holds;
    }
}

/// <summary>Looking for members by their names.</summary>
internal static class ObjectMembers
{
    private const int ShownMax = 100;

    /// <summary>Bytes that may stand for a character: three in UTF-8, each of which may be an escape of six.</summary>
    private const int BytesOfACharacter = 18;

    /// <summary>
    /// Looks at one member after the other. The library's own look-up takes the escapes out of every name, however long and however
    /// often; here only those that are not too long for the name that is looked for.
    /// </summary>
    public static bool Has(Evaluation run, in JsonElement value, string name)
    {
        if (!run.Pay(1 + value.GetPropertyCount()))
        {
            return false;
        }

        foreach (JsonProperty member in value.EnumerateObject())
        {
            int bytes = JsonMarshal.GetRawUtf8PropertyName(member).Length;
            if (bytes < name.Length || bytes > (long)BytesOfACharacter * name.Length)
            {
                continue;
            }

            if (!run.Pay(bytes / 8))
            {
                return false;
            }

            if (member.NameEquals(name))
            {
                return true;
            }
        }

        return false;
    }

    public static bool HasAll(Evaluation run, in JsonElement value, IReadOnlyList<string> names, SchemaPlace place, string? because)
    {
        bool hasAll = true;
        for (int index = 0; index < names.Count && (hasAll || run.SeeksMore); index++)
        {
            hasAll &= Has(run, value, names[index])
                || run.Fail(place, $"the member {Show(names[index])} is missing{(because is null ? "" : $", and {Show(because)} is there")}");
        }

        return hasAll && !run.IsTooCostly;
    }

    public static string Show(string name) => name.Length <= ShownMax ? $"'{name}'" : $"'{name[..(char.IsHighSurrogate(name[ShownMax - 1]) ? ShownMax - 1 : ShownMax)]}…'";
}
