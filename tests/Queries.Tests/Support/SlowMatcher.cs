using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DocService.Queries.Tests.Support;

/// <summary>
/// The filter language a second time: plainly, on trees, straight from the rules' text. It shares no code with the
/// matcher that it judges, and covers what other implementations see differently.
/// </summary>
internal static class SlowMatcher
{
    public static bool Matches(string filter, string document)
    {
        using var criteria = JsonDocument.Parse(filter);
        using var body = JsonDocument.Parse(document);
        return Object(criteria.RootElement, body.RootElement, isElement: false);
    }

    private static bool Object(JsonElement filter, JsonElement value, bool isElement) => filter.EnumerateObject().All(member => member.Name switch
    {
        "$and" => member.Value.EnumerateArray().All(part => Object(part, value, isElement)),
        "$or" => member.Value.EnumerateArray().Any(part => Object(part, value, isElement)),
        "$nor" => !member.Value.EnumerateArray().Any(part => Object(part, value, isElement)),
        _ => Operators(Operand(member.Value), Candidates(value, member.Name, isElement)),
    });

    /// <summary>As operators, whatever was written.</summary>
    private static JsonElement Operand(JsonElement operand) =>
        operand.ValueKind == JsonValueKind.Object && operand.EnumerateObject().Any(member => member.Name.StartsWith('$'))
            ? operand
            : JsonDocument.Parse($"{{\"$eq\":{operand.GetRawText()}}}").RootElement;

    private static bool Operators(JsonElement operators, List<Candidate> candidates) => operators.EnumerateObject().All(one =>
        one.Name switch
        {
            "$ne" => !One("$eq", one.Value, candidates),
            "$nin" => !One("$in", one.Value, candidates),
            "$exists" => candidates.Exists(candidate => candidate.Value is not null) == one.Value.GetBoolean(),
            "$not" => !Operators(one.Value, candidates),
            "$all" => one.Value.GetArrayLength() > 0 && one.Value.EnumerateArray().All(value => One("$eq", value, candidates)),
            _ => One(one.Name, one.Value, candidates),
        });

    private static bool One(string name, JsonElement operand, List<Candidate> candidates) =>
        candidates.Exists(candidate => candidate.Value is { } value ? Value(name, operand, value, candidate.IsElement) : Missing(name, operand));

    private static bool Missing(string name, JsonElement operand) => name switch
    {
        "$eq" or "$gte" or "$lte" => operand.ValueKind == JsonValueKind.Null,
        "$in" => operand.EnumerateArray().Any(value => value.ValueKind == JsonValueKind.Null),
        _ => false,
    };

    private static bool Value(string name, JsonElement operand, JsonElement value, bool isElement) => name switch
    {
        "$eq" => SlowOrder.Compare(value, operand) == 0,
        "$in" => operand.EnumerateArray().Any(one => SlowOrder.Compare(value, one) == 0),
        "$gt" => IsSameType(value, operand) && SlowOrder.Compare(value, operand) > 0,
        "$gte" => IsSameType(value, operand) && SlowOrder.Compare(value, operand) >= 0,
        "$lt" => IsSameType(value, operand) && SlowOrder.Compare(value, operand) < 0,
        "$lte" => IsSameType(value, operand) && SlowOrder.Compare(value, operand) <= 0,
        "$type" => (operand.ValueKind == JsonValueKind.Array ? operand.EnumerateArray() : Enumerable.Repeat(operand, 1)).Any(type => TypeOf(value).Contains(type.GetString())),
        "$size" => !isElement && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == operand.GetInt32(),
        "$mod" => value.ValueKind == JsonValueKind.Number && Remainder(value.GetRawText(), operand[0].GetInt32()) == operand[1].GetInt32(),
        "$regex" => value.ValueKind == JsonValueKind.String && Regex.IsMatch(value.GetString()!, operand.GetString()!, RegexOptions.CultureInvariant),
        "$elemMatch" => !isElement && value.ValueKind == JsonValueKind.Array && value.EnumerateArray().Any(element => Element(operand, element)),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static bool Element(JsonElement operand, JsonElement element)
    {
        bool isOfValue = operand.EnumerateObject().Any(member => member.Name.StartsWith('$') && member.Name is not ("$and" or "$or" or "$nor"));
        return isOfValue
            ? Operators(operand, [new Candidate(element, false)])
            : element.ValueKind is JsonValueKind.Object or JsonValueKind.Array && Object(operand, element, isElement: true);
    }

    private static string[] TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => ["object"],
        JsonValueKind.Array => ["array"],
        JsonValueKind.String => ["string"],
        JsonValueKind.Number => Remainder(value.GetRawText(), 1) is null ? ["number"] : ["number", "integer"],
        JsonValueKind.Null => ["null"],
        _ => ["boolean"],
    };

    private static bool IsSameType(JsonElement one, JsonElement other) => TypeOf(one)[0] == TypeOf(other)[0];

    /// <summary>Null where the number is no integer.</summary>
    private static BigInteger? Remainder(string number, int divisor)
    {
        (BigInteger mantissa, int exponent) = SlowOrder.Build(number);
        if (exponent < 0)
        {
            var unit = BigInteger.Pow(10, -exponent);
            return mantissa % unit == 0 ? mantissa / unit % divisor : null;
        }

        return mantissa * BigInteger.Pow(10, exponent) % divisor;
    }

    /// <summary>A value that a path leads to; null for nothing in place of one.</summary>
    private readonly record struct Candidate(JsonElement? Value, bool IsElement);

    private static List<Candidate> Candidates(JsonElement root, string path, bool isElement)
    {
        var found = new List<Candidate>();
        if (path.StartsWith('/'))
        {
            Point(root, path[1..].Split('/'), found);
        }
        else
        {
            Walk(root, path.Split('.'), mayEnter: !isElement, found);
        }

        return found;
    }

    private static void Walk(JsonElement value, ReadOnlySpan<string> path, bool mayEnter, List<Candidate> found)
    {
        if (path.IsEmpty)
        {
            found.Add(new Candidate(value, false));
            if (value.ValueKind == JsonValueKind.Array)
            {
                found.AddRange(value.EnumerateArray().Select(element => new Candidate(element, true)));
            }

            return;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Member(value, path, found);
            return;
        }

        if (Index(path[0]) is { } index && index < value.GetArrayLength())
        {
            Walk(value[index], path[1..], mayEnter: true, found);
        }

        foreach (JsonElement element in value.EnumerateArray())
        {
            if (mayEnter && element.ValueKind == JsonValueKind.Object)
            {
                Member(element, path, found);
            }
        }
    }

    private static void Member(JsonElement value, ReadOnlySpan<string> path, List<Candidate> found)
    {
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty(path[0], out JsonElement member))
        {
            Walk(member, path[1..], mayEnter: true, found);
        }
        else
        {
            found.Add(new Candidate(null, false));
        }
    }

    private static void Point(JsonElement value, ReadOnlySpan<string> path, List<Candidate> found)
    {
        foreach (string name in path)
        {
            bool isThere = value.ValueKind switch
            {
                JsonValueKind.Object => value.TryGetProperty(name, out value),
                JsonValueKind.Array when Index(name) is { } index && index < value.GetArrayLength() => Take(ref value, index),
                _ => false,
            };
            if (!isThere)
            {
                found.Add(new Candidate(null, false));
                return;
            }
        }

        found.Add(new Candidate(value, false));
    }

    private static bool Take(ref JsonElement value, int index)
    {
        value = value[index];
        return true;
    }

    private static int? Index(string name) =>
        name.All(char.IsAsciiDigit) && (name == "0" || name[0] != '0') ? int.Parse(name, CultureInfo.InvariantCulture) : null;
}
