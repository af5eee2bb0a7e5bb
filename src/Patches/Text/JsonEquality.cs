using System.Runtime.InteropServices;
using System.Text.Json;
using DocService.Queries.Numbers;

namespace DocService.Patches.Text;

/// <summary>
/// Whether two values are equal by RFC 6902 section 4.6: numbers by their value, objects whatever the order of their members.
/// The base library's own comparison fails on exponents beyond 32 bits, which documents may hold.
/// </summary>
internal static class JsonEquality
{
    /// <summary>What a parsed value takes for each of its bytes at most: 12 for a token, and a token has two bytes with what parts it from the next.</summary>
    private const int BytesOfAByte = 6;

    private static readonly JsonDocumentOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    /// <summary>Null when they are too large to be compared within half of the budget.</summary>
    /// <param name="one">A valid value, nothing around it, as deep as a document may be.</param>
    /// <param name="other">Likewise.</param>
    /// <param name="budget">What it takes to compare them is charged to it; null: nothing is.</param>
    /// <exception cref="StoreBusyException">The budget has no room.</exception>
    public static bool? AreEqual(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other, ByteBudget? budget)
    {
        if (one.Span.SequenceEqual(other.Span))
        {
            return true;
        }

        if (IsContainer(one) != IsContainer(other))
        {
            return false;
        }

        long taken = IsContainer(one) ? (long)BytesOfAByte * (one.Length + other.Length) : 0;
        if (taken > budget?.Bytes / 2)
        {
            return null; // more than could ever be had
        }

        budget?.Take(taken);
        try
        {
            using var left = JsonDocument.Parse(one, AnyDepth);
            using var right = JsonDocument.Parse(other, AnyDepth);
            return AreEqual(left.RootElement, right.RootElement);
        }
        finally
        {
            budget?.Return(taken);
        }
    }

    private static bool IsContainer(ReadOnlyMemory<byte> value) => value.Span[0] is (byte)'{' or (byte)'[';

    private static bool AreEqual(JsonElement one, JsonElement other) => one.ValueKind == other.ValueKind && one.ValueKind switch
    {
        JsonValueKind.Number => JsonNumbers.AreEqual(JsonMarshal.GetRawUtf8Value(one), JsonMarshal.GetRawUtf8Value(other)),
        JsonValueKind.String => one.ValueEquals(other.GetString()),
        JsonValueKind.Array => one.GetArrayLength() == other.GetArrayLength() && one.EnumerateArray().Zip(other.EnumerateArray()).All(pair => AreEqual(pair.First, pair.Second)),
        JsonValueKind.Object => AreEqualObjects(one, other),
        _ => true,
    };

    private static bool AreEqualObjects(JsonElement one, JsonElement other)
    {
        if (one.GetPropertyCount() != other.GetPropertyCount())
        {
            return false;
        }

        var members = other.EnumerateObject().ToDictionary(member => member.Name, member => member.Value, StringComparer.Ordinal);
        return one.EnumerateObject().All(member => members.TryGetValue(member.Name, out JsonElement value) && AreEqual(member.Value, value));
    }
}
