using System.Buffers;
using System.Text.Json;
using DocService.Queries.Paths;

namespace DocService.Queries.Selection;

/// <summary>Writes the selected parts of one document. Thread: one. Its stack is as deep as the longest path.</summary>
internal sealed class SelectionWriter(PathTree tree, IBufferWriter<byte> output, SearchLimit limit)
{
    /// <summary>A place in one of the trees that the value under way has reached.</summary>
    private readonly record struct Place(PathNode Node, bool ByPointer);

    public void Write(ReadOnlySpan<byte> document)
    {
        var places = new List<Place>();
        if (tree.Dotted is { } dotted)
        {
            places.Add(new Place(dotted, ByPointer: false));
        }

        if (tree.Pointers is { } pointers)
        {
            places.Add(new Place(pointers, ByPointer: true));
        }

        Utf8JsonReader reader = PathWalk.ReaderOf(document);
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            WriteValue(document, ref reader, places);
        }
        else
        {
            output.Write("null"u8);
        }
    }

    private void WriteValue(ReadOnlySpan<byte> document, ref Utf8JsonReader reader, List<Place> places)
    {
        if (places.Exists(place => place.Node.Path >= 0))
        {
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            output.Write(document[start..(int)reader.BytesConsumed]);
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            WriteMembers(document, ref reader, places);
        }
        else
        {
            WriteElements(document, ref reader, places);
        }
    }

    private void WriteMembers(ReadOnlySpan<byte> document, ref Utf8JsonReader reader, List<Place> places)
    {
        output.Write("{"u8);
        bool isFirst = true;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            limit.Step();
            var inner = new List<Place>();
            foreach (Place place in places)
            {
                if (place.Node.Find(ref reader) is var child and >= 0)
                {
                    inner.Add(place with { Node = place.Node.Children[child] });
                }
            }

            ReadOnlySpan<byte> name = reader.ValueSpan; // as it is spelled
            reader.Read();
            if (!IsKept(ref reader, inner))
            {
                reader.Skip();
                continue;
            }

            output.Write(isFirst ? "\""u8 : ",\""u8);
            output.Write(name);
            output.Write("\":"u8);
            WriteValue(document, ref reader, inner);
            isFirst = false;
        }

        output.Write("}"u8);
    }

    /// <summary>Of an array its objects, and what is named by its number; a pointer looks for nothing else.</summary>
    private void WriteElements(ReadOnlySpan<byte> document, ref Utf8JsonReader reader, List<Place> places)
    {
        output.Write("["u8);
        bool isFirst = true;
        for (int element = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; element++)
        {
            limit.Step();
            var inner = new List<Place>();
            foreach (Place place in places)
            {
                if (place.Node.FindIndex(element) is var child and >= 0)
                {
                    inner.Add(place with { Node = place.Node.Children[child] });
                }

                if (!place.ByPointer && reader.TokenType == JsonTokenType.StartObject)
                {
                    inner.Add(place);
                }
            }

            if (!IsKept(ref reader, inner))
            {
                reader.Skip();
                continue;
            }

            if (!isFirst)
            {
                output.Write(","u8);
            }

            WriteValue(document, ref reader, inner);
            isFirst = false;
        }

        output.Write("]"u8);
    }

    private static bool IsKept(ref Utf8JsonReader reader, List<Place> places) =>
        places.Count > 0
        && (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray || places.Exists(place => place.Node.Path >= 0));
}
