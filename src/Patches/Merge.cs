using System.Text.Json;
using DocService.Patches.Text;

namespace DocService.Patches;

/// <summary>Merges a patch into a text, in one pass over the document. What the patch does not name is copied as it stands.</summary>
/// <remarks>Thread: one. It goes as deep into itself as the patch has objects in objects, which MaxDepth limits.</remarks>
internal sealed class Merge(PatchedText text, ReadOnlyMemory<byte> patch, PatchRoom room)
{
    /// <summary>False when the document would be too long, or the room is used up. Else it waits in the text to be turned to.</summary>
    public bool TryRun()
    {
        Utf8JsonReader reader = JsonWalk.ReaderOf(patch.Span);
        reader.Read();
        int start = (int)reader.TokenStartIndex;
        bool isObject = reader.TokenType == JsonTokenType.StartObject;
        reader.Skip();
        Range whole = start..(int)reader.BytesConsumed;
        if (!isObject)
        {
            return text.TryAppend(patch.Span[whole]);
        }

        Utf8JsonReader document = JsonWalk.ReaderOf(text.Span);
        if (text.Span.IsEmpty || !document.Read() || document.TokenType != JsonTokenType.StartObject)
        {
            return TryAppendWithoutNulls(whole);
        }

        return text.TryAppend(text.Span[..(int)document.TokenStartIndex]) && TryMerge(ref document, whole) && text.TryAppend(text.Span[(int)document.BytesConsumed..]);
    }

    /// <summary>The reader is at the start of the document's object, and is left at its end.</summary>
    private bool TryMerge(ref Utf8JsonReader document, Range patched)
    {
        room.NoteRead(patched.GetOffsetAndLength(patch.Length).Length); // at each level what is below it is passed over once
        if (room.IsUsedUp)
        {
            return false;
        }

        var members = MergedMembers.Of(patch.Span, patched, text);
        ReadOnlySpan<byte> source = text.Span;
        if (!text.TryAppend("{"u8))
        {
            return false;
        }

        var kept = new KeptMembers((int)document.BytesConsumed);
        while (document.Read() && document.TokenType == JsonTokenType.PropertyName)
        {
            MergedMember? member = members.Take(ref document);
            document.Read();
            int start = (int)document.TokenStartIndex;
            if (member is { Kind: JsonTokenType.Null })
            {
                document.Skip();
                kept.Drop((int)document.BytesConsumed);
                continue;
            }

            bool isMerged = member is { Kind: JsonTokenType.StartObject } && document.TokenType == JsonTokenType.StartObject;
            if (!text.TryAppend(kept.Lead(source, start)) || (isMerged && !TryMerge(ref document, member!.Value.Value)))
            {
                return false;
            }

            if (!isMerged)
            {
                document.Skip();
                if (!(member is { } replaced ? TryAppendWithoutNulls(replaced.Value) : text.TryAppend(source[start..(int)document.BytesConsumed])))
                {
                    return false;
                }
            }

            kept.Keep((int)document.BytesConsumed);
        }

        return TryAppendNew(members, kept.IsEmpty) && text.TryAppend(source[kept.End..(int)document.BytesConsumed]);
    }

    private bool TryAppendNew(MergedMembers members, bool isEmpty)
    {
        foreach (MergedMember member in members.Left)
        {
            if (member.Kind == JsonTokenType.Null)
            {
                continue;
            }

            if (!text.TryAppend(isEmpty ? default : ","u8) || !text.TryAppend(patch.Span[member.Name]) || !text.TryAppend(":"u8) || !TryAppendWithoutNulls(member.Value))
            {
                return false;
            }

            isEmpty = false;
        }

        return true;
    }

    /// <summary>A value of the patch. Members that are null stand for nothing; in an array they are what they say.</summary>
    private bool TryAppendWithoutNulls(Range place)
    {
        ReadOnlySpan<byte> value = patch.Span[place];
        Utf8JsonReader reader = JsonWalk.ReaderOf(value);
        reader.Read();
        return reader.TokenType == JsonTokenType.StartObject ? TryAppendWithoutNulls(ref reader, value) : text.TryAppend(value);
    }

    /// <summary>The reader is at an object's start, and is left at its end.</summary>
    private bool TryAppendWithoutNulls(ref Utf8JsonReader reader, ReadOnlySpan<byte> source)
    {
        if (!text.TryAppend("{"u8))
        {
            return false;
        }

        var kept = new KeptMembers((int)reader.BytesConsumed);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            if (reader.TokenType == JsonTokenType.Null)
            {
                kept.Drop((int)reader.BytesConsumed);
                continue;
            }

            bool isObject = reader.TokenType == JsonTokenType.StartObject;
            if (!text.TryAppend(kept.Lead(source, start)) || (isObject && !TryAppendWithoutNulls(ref reader, source)))
            {
                return false;
            }

            if (!isObject)
            {
                reader.Skip();
                if (!text.TryAppend(source[start..(int)reader.BytesConsumed]))
                {
                    return false;
                }
            }

            kept.Keep((int)reader.BytesConsumed);
        }

        return text.TryAppend(source[kept.End..(int)reader.BytesConsumed]);
    }
}
