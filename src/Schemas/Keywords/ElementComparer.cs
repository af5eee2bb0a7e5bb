using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Keywords;

/// <summary>Equality of JSON values: numbers by what they say, objects whatever the order of their members.</summary>
/// <remarks>Every comparison is paid for. So values that are made to have one hash cost work, and not time.</remarks>
internal sealed class ElementComparer(Evaluation run) : IEqualityComparer<JsonElement>
{
    private const int BytesPerUnit = 8;

    /// <summary>What taking the escapes out of a byte may take: characters, and bytes again.</summary>
    private const int EscapedBytes = 5;

    public bool Equals(JsonElement one, JsonElement other) =>
        run.Pay(1 + (Math.Min(JsonMarshal.GetRawUtf8Value(one).Length, JsonMarshal.GetRawUtf8Value(other).Length) / BytesPerUnit)) && JsonElement.DeepEquals(one, other);

    public int GetHashCode(JsonElement value) => run.Pay(1 + (JsonMarshal.GetRawUtf8Value(value).Length / BytesPerUnit)) ? Hash(value) : 0;

    private int Hash(in JsonElement value)
    {
        var hash = new HashCode();
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                hash.Add(JsonType.ReadNumber(value));
                break;
            case JsonValueKind.String:
                AddText(ref hash, JsonMarshal.GetRawUtf8Value(value)[1..^1], value, default);
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
    private int HashMembers(in JsonElement value)
    {
        int sum = 0;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            var name = new HashCode();
            AddText(ref name, JsonMarshal.GetRawUtf8PropertyName(member), default, member);
            sum = unchecked(sum + HashCode.Combine(name.ToHashCode(), Hash(member.Value)));
        }

        return sum;
    }

    /// <summary>The same however it is escaped.</summary>
    private void AddText(ref HashCode hash, ReadOnlySpan<byte> raw, in JsonElement value, in JsonProperty member)
    {
        if (!raw.Contains((byte)'\\'))
        {
            hash.AddBytes(raw);
        }
        else if (run.TryHold(EscapedBytes * (long)raw.Length))
        {
            hash.AddBytes(Encoding.UTF8.GetBytes(value.ValueKind == JsonValueKind.String ? value.GetString()! : member.Name));
            run.Memory.LetGo(EscapedBytes * (long)raw.Length);
        }
    }
}
