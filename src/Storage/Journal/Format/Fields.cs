using System.Buffers.Binary;
using DocService.Storage.Followers;

namespace DocService.Storage.Journal.Format;

/// <summary>
/// Typed optional fields of a record or of an operation: what later versions add without a new format. Each is its kind,
/// the length of its value, and the value. Fields follow each other without padding; kinds ascend, and none comes twice.
/// </summary>
/// <remarks>
/// A kind from <see cref="MustUnderstand"/> on changes what the document or the commit means: a program that does not know
/// it refuses to start. Below, a reader skips what it does not know, and recovery keeps it. Codec on spans, no I/O.
/// </remarks>
internal static class Fields
{
    /// <summary>The first kind that a reader has to know.</summary>
    public const ushort MustUnderstand = 0x8000;

    private const int HeaderBytes = 6;

    /// <summary>Length of an encoded field.</summary>
    public static int Measure(int valueBytes) => HeaderBytes + valueBytes;

    /// <summary>Encodes one field; returns its length. The caller keeps to the order of kinds.</summary>
    public static int Write(Span<byte> destination, ushort kind, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, kind);
        BinaryPrimitives.WriteInt32LittleEndian(destination[2..], value.Length);
        value.CopyTo(destination[HeaderBytes..]);
        return Measure(value.Length);
    }

    /// <summary>Whether the bytes are fields to their end, each within it and in order.</summary>
    /// <param name="fields">All fields of one record or operation.</param>
    /// <param name="known">Kinds that this program knows there.</param>
    /// <exception cref="StoreFormatException">One must be understood and is not known.</exception>
    public static bool AreWhole(ReadOnlySpan<byte> fields, ReadOnlySpan<ushort> known)
    {
        int previous = -1;
        while (!fields.IsEmpty)
        {
            if (!TryMeasure(fields, out ushort kind, out int valueBytes) || kind <= previous)
            {
                return false;
            }

            if (kind >= MustUnderstand && !known.Contains(kind))
            {
                throw new StoreFormatException($"The journal holds a field of kind 0x{kind:x4} that must be understood: written by a later version.");
            }

            previous = kind;
            fields = fields[Measure(valueBytes)..];
        }

        return true;
    }

    /// <summary>The value of the field of that kind; false when there is none. The fields are whole.</summary>
    public static bool TryFind(ReadOnlySpan<byte> fields, ushort kind, out ReadOnlySpan<byte> value)
    {
        while (TryMeasure(fields, out ushort found, out int valueBytes))
        {
            if (found == kind)
            {
                value = fields.Slice(HeaderBytes, valueBytes);
                return true;
            }

            fields = fields[Measure(valueBytes)..];
        }

        value = default;
        return false;
    }

    /// <summary>All fields, in their order. They are whole.</summary>
    public static IReadOnlyList<RecordField> TakeApart(ReadOnlyMemory<byte> fields)
    {
        if (fields.IsEmpty)
        {
            return [];
        }

        var all = new List<RecordField>();
        while (TryMeasure(fields.Span, out ushort kind, out int valueBytes))
        {
            all.Add(new RecordField(kind, fields.Slice(HeaderBytes, valueBytes)));
            fields = fields[Measure(valueBytes)..];
        }

        return all;
    }

    /// <summary>The first field's kind, and the length of its value, which lies within the bytes.</summary>
    private static bool TryMeasure(ReadOnlySpan<byte> fields, out ushort kind, out int valueBytes)
    {
        kind = 0;
        valueBytes = 0;
        if (fields.Length < HeaderBytes)
        {
            return false;
        }

        kind = BinaryPrimitives.ReadUInt16LittleEndian(fields);
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(fields[2..]);
        valueBytes = (int)Math.Min(bytes, int.MaxValue);
        return bytes <= fields.Length - HeaderBytes;
    }
}
