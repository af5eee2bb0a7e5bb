using DocService.Queries.Keys;

namespace DocService.Queries.Planning;

/// <summary>Keys, or ids, from one up to another.</summary>
/// <param name="From">The first.</param>
/// <param name="To">The first behind it; empty where there is no end.</param>
public readonly record struct KeyRange(byte[] From, byte[] To)
{
    public static KeyRange All { get; } = new([], []);

    public bool IsEmpty => To.Length > 0 && From.AsSpan().SequenceCompareTo(To) >= 0;

    /// <summary>It holds one key alone (<see cref="Point"/>).</summary>
    public bool IsPoint => To.Length == From.Length + 1 && To[^1] == 0 && To.AsSpan().StartsWith(From);

    public bool Contains(ReadOnlySpan<byte> key) =>
        key.SequenceCompareTo(From) >= 0 && (To.Length == 0 || key.SequenceCompareTo(To) < 0);

    /// <summary>This key alone: nothing stands between it and itself with a byte 0 behind.</summary>
    public static KeyRange Point(ReadOnlySpan<byte> key) => new(key.ToArray(), [.. key, 0]);

    /// <summary>All keys that begin so.</summary>
    public static KeyRange Prefix(ReadOnlySpan<byte> prefix) => new(prefix.ToArray(), KeyBytes.Behind(prefix));

    public KeyRange Intersect(KeyRange other)
    {
        byte[] from = From.AsSpan().SequenceCompareTo(other.From) >= 0 ? From : other.From;
        if (To.Length == 0 || other.To.Length == 0)
        {
            return new KeyRange(from, To.Length == 0 ? other.To : To);
        }

        return new KeyRange(from, To.AsSpan().SequenceCompareTo(other.To) <= 0 ? To : other.To);
    }
}
