using System.Text;
using DocService.Queries.Keys;

namespace DocService.Index.Reading;

/// <summary>Which ids a listing gives, in the order of their UTF-8 bytes.</summary>
public readonly record struct IdRange
{
    /// <summary>The id begins so; null and empty: any does.</summary>
    public string? Prefix { get; init; }

    /// <summary>The listing begins behind this id, in its direction; null: at the first.</summary>
    public string? After { get; init; }

    /// <summary>The listing ends with this id, in its direction; null: with the last.</summary>
    public string? To { get; init; }

    /// <summary>From the last to the first.</summary>
    public bool IsReversed { get; init; }

    /// <summary>The first key, and the first behind. No hidden document lies between them.</summary>
    internal (byte[] From, byte[] To) Keys()
    {
        byte[] prefix = Encoding.UTF8.GetBytes(Prefix ?? string.Empty);
        byte[]? after = After is null ? null : Encoding.UTF8.GetBytes(After);
        byte[]? to = To is null ? null : Encoding.UTF8.GetBytes(To);

        // Nothing stands between a key and the same key with a byte 0 behind.
        byte[] from = Later([0x01], Later(prefix, (IsReversed ? to : Behind(after)) ?? []));
        byte[] end = Sooner(KeyBytes.Behind(prefix), (IsReversed ? after : Behind(to)) ?? []);
        return end.Length > 0 && from.AsSpan().SequenceCompareTo(end) > 0 ? (from, from) : (from, end);
    }

    private static byte[]? Behind(byte[]? key) => key is null ? null : [.. key, 0];

    private static byte[] Later(byte[] one, byte[] other) => one.AsSpan().SequenceCompareTo(other) >= 0 ? one : other;

    /// <summary>Of two ends; an empty one is no end.</summary>
    private static byte[] Sooner(byte[] one, byte[] other) =>
        one.Length == 0 || (other.Length > 0 && other.AsSpan().SequenceCompareTo(one) < 0) ? other : one;
}
