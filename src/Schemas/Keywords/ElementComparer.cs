using System.Runtime.InteropServices;
using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Keywords;

/// <summary>Equality of JSON values: numbers by what they say, objects whatever the order of their members.</summary>
/// <remarks>Every comparison is paid for. So values that are made to have one hash cost work, and not time.</remarks>
internal sealed class ElementComparer(Evaluation run) : IEqualityComparer<JsonElement>
{
    private const int BytesPerUnit = 8;

    public bool Equals(JsonElement one, JsonElement other) =>
        run.Pay(1 + (Math.Min(JsonMarshal.GetRawUtf8Value(one).Length, JsonMarshal.GetRawUtf8Value(other).Length) / BytesPerUnit)) && JsonElement.DeepEquals(one, other);

    public int GetHashCode(JsonElement value) => run.Pay(1 + (JsonMarshal.GetRawUtf8Value(value).Length / BytesPerUnit)) ? Hash(value) : 0;

    private static int Hash(in JsonElement value)
    {
        var hash = new HashCode();
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                hash.Add(JsonType.ReadNumber(value));
                break;
            case JsonValueKind.String:
                hash.Add(value.GetString(), StringComparer.Ordinal);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement element in value.EnumerateArray())
                {
                    hash.Add(Hash(element));
                }

                break;
            case JsonValueKind.Object:
                hash.Add(HashMembers(value));
                break;
        }

        hash.Add((int)value.ValueKind);
        return hash.ToHashCode();
    }

    /// <summary>The same in any order.</summary>
    private static int HashMembers(in JsonElement value)
    {
        int sum = 0;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            sum = unchecked(sum + HashCode.Combine(member.Name, Hash(member.Value)));
        }

        return sum;
    }
}
