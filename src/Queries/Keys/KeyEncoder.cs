using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using DocService.Queries.Numbers;

namespace DocService.Queries.Keys;

/// <summary>
/// Writes JSON values as bytes whose order is the order of values (queries.md 3), and whose equality is their equality:
/// members of objects are sorted, escapes resolved, numbers brought to one form. One pass over the value.
/// Owns: scratch memory. Thread: one at a time.
/// </summary>
/// <param name="fold">Strings lose their case; names of members keep it.</param>
internal sealed class KeyEncoder(bool fold = false)
{
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly ArrayBufferWriter<byte> _folded = new();
    private readonly List<Member> _members = [];

    private readonly record struct Member(int Start, int End);

    /// <summary>The whole value at the reader, which ends on the value's last token.</summary>
    public void Write(KeyWriter writer, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                WriteObject(writer, ref reader);
                break;
            case JsonTokenType.StartArray:
                writer.Append(KeyTag.Array);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Write(writer, ref reader);
                }

                writer.Append(KeyTag.End);
                break;
            case JsonTokenType.String:
                writer.Append(KeyTag.String);
                ReadOnlySpan<byte> text = Text(ref reader);
                WriteText(writer, fold ? Folded(text) : text);
                break;
            case JsonTokenType.Number:
                NumberKey.Write(writer, ExactNumber.Read(reader.ValueSpan));
                break;
            default:
                writer.Append(TagOf(reader.TokenType));
                break;
        }
    }

    /// <summary>A string that is no JSON text: an id, a fact.</summary>
    public void WriteString(KeyWriter writer, ReadOnlySpan<byte> utf8)
    {
        writer.Append(KeyTag.String);
        WriteText(writer, fold ? Folded(utf8) : utf8);
    }

    /// <summary>The string or name at the reader without its escapes; valid until the next call.</summary>
    public ReadOnlySpan<byte> Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        _text.ResetWrittenCount();
        int written = reader.CopyString(_text.GetSpan(reader.ValueSpan.Length));
        _text.Advance(written);
        return _text.WrittenSpan;
    }

    /// <summary>Each member is written where it stands; only members that are not in the order of their names are moved.</summary>
    private void WriteObject(KeyWriter writer, ref Utf8JsonReader reader)
    {
        writer.Append(KeyTag.Object);
        int first = _members.Count;
        int start = writer.Length;
        bool sorted = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            int memberStart = writer.Length;
            writer.Append(KeyTag.Member);
            WriteText(writer, Text(ref reader));
            reader.Read();
            Write(writer, ref reader);
            sorted = sorted && (_members.Count == first || IsBelow(writer, _members[^1], memberStart));
            _members.Add(new Member(memberStart, writer.Length));
        }

        if (!sorted)
        {
            Sort(writer, start, CollectionsMarshal.AsSpan(_members)[first..]);
        }

        _members.RemoveRange(first, _members.Count - first);
        writer.Append(KeyTag.End);
    }

    private static bool IsBelow(KeyWriter writer, Member before, int start) =>
        writer.Written[before.Start..before.End].SequenceCompareTo(writer.Written[start..]) < 0;

    private static void Sort(KeyWriter writer, int start, Span<Member> members)
    {
        byte[] unsorted = ArrayPool<byte>.Shared.Rent(writer.Length - start);
        writer.Written[start..].CopyTo(unsorted);
        members.Sort((one, other) =>
            unsorted.AsSpan(one.Start - start, one.End - one.Start).SequenceCompareTo(unsorted.AsSpan(other.Start - start, other.End - other.Start)));
        Span<byte> target = writer.Writable[start..];
        foreach (Member member in members)
        {
            unsorted.AsSpan(member.Start - start, member.End - member.Start).CopyTo(target);
            target = target[(member.End - member.Start)..];
        }

        ArrayPool<byte>.Shared.Return(unsorted);
    }

    /// <summary>A byte 0 becomes 00 FF; the text ends with 00 01, which is below every way to go on.</summary>
    private static void WriteText(KeyWriter writer, scoped ReadOnlySpan<byte> text)
    {
        for (int zero = text.IndexOf((byte)0); zero >= 0; zero = text.IndexOf((byte)0))
        {
            writer.Append(text[..(zero + 1)]);
            writer.Append(0xFF);
            text = text[(zero + 1)..];
        }

        writer.Append(text);
        writer.Append([0x00, 0x01]);
    }

    private ReadOnlySpan<byte> Folded(ReadOnlySpan<byte> text)
    {
        _folded.ResetWrittenCount();
        CaseFold.Append(_folded, text);
        return _folded.WrittenSpan;
    }

    private static byte TagOf(JsonTokenType type) => type switch
    {
        JsonTokenType.Null => KeyTag.Null,
        JsonTokenType.False => KeyTag.False,
        JsonTokenType.True => KeyTag.True,
        _ => throw new ArgumentException($"The reader stands at {type}, which begins no value.", nameof(type)),
    };
}
