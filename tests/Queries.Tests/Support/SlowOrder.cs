using System.Numerics;
using System.Text;
using System.Text.Json;

namespace DocService.Queries.Tests.Support;

/// <summary>
/// The order of values, a second time: plainly, on a tree, by building every number. It shares no code with the keys
/// that it judges. Exponents above a few hundred thousand would be slow here; tables of hard numbers cover them.
/// </summary>
internal static class SlowOrder
{
    public static int Compare(string one, string other)
    {
        using var first = JsonDocument.Parse(one);
        using var second = JsonDocument.Parse(other);
        return Compare(first.RootElement, second.RootElement);
    }

    public static int Compare(JsonElement one, JsonElement other)
    {
        int rank = Rank(one).CompareTo(Rank(other));
        return rank != 0 ? rank : one.ValueKind switch
        {
            JsonValueKind.Number => CompareNumbers(one.GetRawText(), other.GetRawText()),
            JsonValueKind.String => CompareTexts(one.GetString()!, other.GetString()!),
            JsonValueKind.Array => CompareLists([.. one.EnumerateArray()], [.. other.EnumerateArray()], Compare),
            JsonValueKind.Object => CompareLists(Members(one), Members(other), CompareMembers),
            _ => 0,
        };
    }

    public static int Rank(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => 0,
        JsonValueKind.Number => 1,
        JsonValueKind.String => 2,
        JsonValueKind.Object => 3,
        JsonValueKind.Array => 4,
        JsonValueKind.False => 5,
        JsonValueKind.True => 6,
        _ => throw new ArgumentException("no value", nameof(value)),
    };

    /// <summary>As mantissa × 10^exponent, both built.</summary>
    public static (BigInteger Mantissa, int Exponent) Build(string number)
    {
        string[] parts = number.Split('e', 'E');
        int exponent = parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= parts[0].Length - point - 1;
            parts[0] = parts[0].Remove(point, 1);
        }

        return (BigInteger.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture), exponent);
    }

    private static int CompareNumbers(string one, string other)
    {
        (BigInteger left, int leftExponent) = Build(one);
        (BigInteger right, int rightExponent) = Build(other);
        int common = Math.Min(leftExponent, rightExponent);
        return (left * BigInteger.Pow(10, leftExponent - common)).CompareTo(right * BigInteger.Pow(10, rightExponent - common));
    }

    private static int CompareTexts(string one, string other) =>
        Math.Sign(Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other)));

    private static List<JsonProperty> Members(JsonElement value)
    {
        List<JsonProperty> members = [.. value.EnumerateObject()];
        members.Sort((one, other) => CompareTexts(one.Name, other.Name));
        return members;
    }

    private static int CompareMembers(JsonProperty one, JsonProperty other)
    {
        int name = CompareTexts(one.Name, other.Name);
        return name != 0 ? name : Compare(one.Value, other.Value);
    }

    private static int CompareLists<T>(List<T> one, List<T> other, Func<T, T, int> compare)
    {
        for (int i = 0; i < Math.Min(one.Count, other.Count); i++)
        {
            int difference = compare(one[i], other[i]);
            if (difference != 0)
            {
                return difference;
            }
        }

        return one.Count.CompareTo(other.Count);
    }
}
