using System.Globalization;
using System.Text.Json;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sources;

/// <summary>
/// CouchDB's answer to <c>_all_docs?include_docs=true</c>, one JSON document of any size, row by row. A document is taken with every
/// byte, <c>_id</c> and <c>_rev</c> among them.
/// </summary>
/// <remarks>Memory: one row. Invariant: what is given up of the buffer is whole tokens at the depth of the rows, so a look that needs more begins again there.</remarks>
internal sealed class CouchSource(string file, SlidingBuffer buffer, LineText text) : ISource
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = LineShape.DepthMax };

    private JsonReaderState _state = new(Options);
    private Stage _stage = Stage.Beginning;
    private long _linesBefore;
    private bool _isBegun;

    private enum Stage
    {
        Beginning,
        Members,
        Rows,
        Done,
    }

    private enum Step
    {
        More,
        Again,
        Row,
        End,
    }

    public SourcePlace Place => new(file, _linesBefore + 1, buffer.Offset);

    public async ValueTask<Piece?> ReadAsync(CancellationToken cancellation)
    {
        if (!_isBegun)
        {
            _isBegun = true;
            await PassMarkAsync(cancellation);
        }

        while (true)
        {
            Step step = Take(out Piece? piece);
            switch (step)
            {
                case Step.Row:
                    return piece;
                case Step.End:
                    return null;
                case Step.More when buffer.Length > SlidingBuffer.BytesMax:
                    return Fault(Place, "the row is longer than any document: 256 MiB", isEnd: true);
                case Step.More:
                    await GrowAsync(cancellation);
                    break;
            }
        }
    }

    /// <summary>Twice as much as it is, so that a long row is looked through a few times only.</summary>
    private async ValueTask GrowAsync(CancellationToken cancellation)
    {
        int wanted = 2 * buffer.Length;
        while (await buffer.FillAsync(cancellation) && buffer.Length < wanted)
        {
        }
    }

    private async ValueTask PassMarkAsync(CancellationToken cancellation)
    {
        while (buffer.Length < 3 && await buffer.FillAsync(cancellation))
        {
        }

        if (buffer.Held.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            buffer.Advance(3);
        }
    }

    private Step Take(out Piece? piece)
    {
        try
        {
            return Take(buffer.Held.Span, out piece);
        }
        catch (JsonException exception)
        {
            _stage = Stage.Done;
            bool isCut = buffer.IsOver && IsIntactSoFar();
            piece = isCut
                ? Fault(EndPlace(), "the file is cut short: it ends inside of its JSON", isEnd: true)
                : Fault(Place, string.Create(CultureInfo.InvariantCulture, $"not JSON, in line {(exception.LineNumber ?? 0) + 1} at its byte {(exception.BytePositionInLine ?? 0) + 1}; nothing behind it is read"), isEnd: true);
            return Step.Row;
        }
    }

    private Step Take(ReadOnlySpan<byte> held, out Piece? piece)
    {
        piece = null;
        if (_stage == Stage.Done && buffer.IsOver && buffer.Length == 0)
        {
            return Step.End;
        }

        var reader = new Utf8JsonReader(held, buffer.IsOver, _state);
        if (!reader.Read())
        {
            return buffer.IsOver ? Step.End : Step.More;
        }

        if (_stage == Stage.Rows && reader.TokenType == JsonTokenType.StartObject)
        {
            int start = (int)reader.TokenStartIndex;
            if (!reader.TrySkip())
            {
                return Step.More;
            }

            SourcePlace place = new(file, _linesBefore + held[..start].Count((byte)'\n') + 1, buffer.Offset + start);
            piece = OfRow(held[start..(int)reader.BytesConsumed], place); // before its bytes are given up
            GiveUp(ref reader, held);
            return Step.Row;
        }

        if (!TryPass(ref reader))
        {
            return Step.More;
        }

        GiveUp(ref reader, held);
        return Step.Again;
    }

    /// <summary>One token, or a member that is not the rows; false where more of it is needed.</summary>
    private bool TryPass(ref Utf8JsonReader reader)
    {
        switch (_stage, reader.TokenType)
        {
            case (Stage.Beginning, JsonTokenType.StartObject):
                _stage = Stage.Members;
                return true;
            case (Stage.Members, JsonTokenType.PropertyName):
                bool isRows = reader.ValueTextEquals("rows"u8);
                if (!reader.Read() || (!(isRows && reader.TokenType == JsonTokenType.StartArray) && !reader.TrySkip()))
                {
                    return false;
                }

                _stage = isRows && reader.TokenType == JsonTokenType.StartArray ? Stage.Rows : Stage.Members;
                return true;
            case (Stage.Members, JsonTokenType.EndObject):
                _stage = Stage.Done;
                return true;
            case (Stage.Rows, JsonTokenType.EndArray):
                _stage = Stage.Members;
                return true;
            default:
                throw new TransferException($"{file} is not CouchDB's answer to _all_docs: it has no rows that are objects.");
        }
    }

    private Piece OfRow(ReadOnlySpan<byte> bytes, SourcePlace place)
    {
        CouchRow row = CouchRow.Of(bytes);
        if (row.IsError)
        {
            return new Piece(place) { Passed = "rows without a document in CouchDB" };
        }

        if (!row.HasId)
        {
            return Fault(place, "the row has no id", isEnd: false);
        }

        if (row.IsDeleted)
        {
            return new Piece(place) { Passed = "deleted documents" };
        }

        if (row.IsDesign)
        {
            return new Piece(place) { Passed = "design documents" };
        }

        if (!row.HasDocument)
        {
            throw new TransferException($"{place}: the row has no document. Ask CouchDB for _all_docs?include_docs=true.");
        }

        return row.HasAttachments
            ? Fault(place, $"'{System.Text.Encoding.UTF8.GetString(row.Id)}' has attachments, which a document cannot have here", isEnd: false)
            : new Piece(place) { Line = text.OfValue(row.Id, row.Document) };
    }

    private void GiveUp(ref Utf8JsonReader reader, ReadOnlySpan<byte> held)
    {
        int length = (int)reader.BytesConsumed;
        _linesBefore += held[..length].Count((byte)'\n');
        _state = reader.CurrentState;
        buffer.Advance(length);
    }

    /// <summary>Whether what is held would be JSON if more came.</summary>
    private bool IsIntactSoFar()
    {
        try
        {
            var reader = new Utf8JsonReader(buffer.Held.Span, isFinalBlock: false, _state);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private SourcePlace EndPlace() => new(file, _linesBefore + buffer.Held.Span.Count((byte)'\n') + 1, buffer.Offset + buffer.Length);

    private static Piece Fault(SourcePlace place, string reason, bool isEnd) => new(place) { Fault = reason, IsEnd = isEnd };
}
