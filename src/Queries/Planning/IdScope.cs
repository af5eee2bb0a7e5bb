namespace DocService.Queries.Planning;

/// <summary>The ids that a query asks for beside its filter, in UTF-8.</summary>
public readonly record struct IdScope
{
    /// <summary>Empty for all.</summary>
    public ReadOnlyMemory<byte> Prefix { get; init; }

    /// <summary>Only ids behind this one; empty for none.</summary>
    public ReadOnlyMemory<byte> After { get; init; }

    /// <summary>Up to and with this one; empty for no end.</summary>
    public ReadOnlyMemory<byte> To { get; init; }

    /// <summary>From the last to the first: then <see cref="After"/> and <see cref="To"/> change sides.</summary>
    public bool IsReversed { get; init; }

    internal KeyRange Range()
    {
        KeyRange range = KeyRange.Prefix(Prefix.Span);
        if (IsReversed)
        {
            range = range.Intersect(new KeyRange(To.ToArray(), []));
            return After.IsEmpty ? range : range.Intersect(new KeyRange([], After.ToArray()));
        }

        if (!After.IsEmpty)
        {
            range = range.Intersect(new KeyRange(KeyRange.Point(After.Span).To, []));
        }

        return To.IsEmpty ? range : range.Intersect(new KeyRange([], KeyRange.Point(To.Span).To));
    }
}
