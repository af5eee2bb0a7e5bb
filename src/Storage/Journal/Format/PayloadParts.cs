namespace DocService.Storage.Journal.Format;

/// <summary>Takes the payload of a commit apart: its operations in order, and behind them the fields of the record.</summary>
/// <remarks>Codec on spans, no I/O.</remarks>
internal ref struct PayloadParts(ReadOnlySpan<byte> payload, int operations)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private int _left = operations;
    private int _end;

    /// <summary>Kinds of fields of a record that this program knows.</summary>
    public static ReadOnlySpan<ushort> KnownFields => [];

    /// <summary>Where in the payload the last operation begins.</summary>
    public int Offset { get; private set; }

    /// <summary>Padded length of the last operation.</summary>
    public readonly int Bytes => _end - Offset;

    /// <summary>The next operation; false behind the last one, and where it cannot be read.</summary>
    /// <exception cref="StoreFormatException">It must be understood and is not.</exception>
    public bool TryNext(out Operation operation)
    {
        operation = default;
        if (_left == 0 || !Operation.TryRead(_payload[_end..], out operation, out int bytes))
        {
            return false;
        }

        _left--;
        Offset = _end;
        _end += bytes;
        return true;
    }

    /// <summary>Behind the last operation: the record's fields. False when operations are missing or the fields are not whole.</summary>
    /// <exception cref="StoreFormatException">A field must be understood and is not.</exception>
    public readonly bool TryGetFields(out ReadOnlySpan<byte> fields)
    {
        fields = _payload[_end..];
        return _left == 0 && Fields.AreWhole(fields, KnownFields);
    }

    /// <summary>Whether the payload can be taken apart to its end.</summary>
    /// <exception cref="StoreFormatException">Some of it must be understood and is not.</exception>
    public static bool AreWhole(ReadOnlySpan<byte> payload, int operations, out ReadOnlySpan<byte> fields)
    {
        var parts = new PayloadParts(payload, operations);
        while (parts.TryNext(out _))
        {
        }

        return parts.TryGetFields(out fields);
    }
}
