using DocService.Queries.Keys;

namespace DocService.Queries.Planning;

/// <summary>Turns bounds of fields into ranges of keys that hold every entry that fulfils them, keys that were cut included.</summary>
internal static class KeyRanges
{
    /// <summary>Entries of the documents that have too many keys.</summary>
    public static KeyRange Overflow { get; } = KeyRange.Prefix(KeyBytes.Overflow);

    /// <param name="equal">Joined keys of the first fields.</param>
    /// <param name="isWhole">They are all fields.</param>
    /// <param name="next">Of the field behind them, if anything is known of it.</param>
    /// <param name="isLast">That is the index's last.</param>
    public static IReadOnlyList<KeyRange> Of(byte[] equal, bool isWhole, FieldBound? next, bool isLast)
    {
        if (isWhole)
        {
            return [Whole(equal)];
        }

        if (next?.In is { } values)
        {
            return [.. values.Select(value => isLast ? Whole([.. equal, .. value]) : Beginning([.. equal, .. value]))
                .DistinctBy(range => range.From, KeyComparer.Instance).OrderBy(range => range.From, KeyComparer.Instance)];
        }

        if (next?.From is not { } from || next.To is not { } to)
        {
            return [Beginning(equal)];
        }

        byte[] first = [.. equal, .. from.Key];
        byte[] last = [.. equal, .. to.Key];
        return [new KeyRange(
            from.IsIncluded || IsCut(first) ? Cut(first) : KeyBytes.Behind(first),
            to.IsIncluded || IsCut(last) ? KeyBytes.Behind(Cut(last)) : last)];
    }

    /// <summary>The one key of all fields, as an index holds it.</summary>
    private static KeyRange Whole(byte[] key)
    {
        var writer = new KeyWriter();
        writer.Append(key);
        KeyBytes.Bound(writer);
        return KeyRange.Point(writer.Written);
    }

    private static KeyRange Beginning(byte[] beginning) => KeyRange.Prefix(Cut(beginning));

    private static bool IsCut(byte[] beginning) => beginning.Length > KeyBytes.KeptBeforeDigest;

    /// <summary>Of a cut key only so much is kept; behind it stands a digest, which has no order.</summary>
    private static byte[] Cut(byte[] beginning) => IsCut(beginning) ? beginning[..KeyBytes.KeptBeforeDigest] : beginning;
}
