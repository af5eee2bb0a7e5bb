using System.Text.Json;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sources;

/// <summary>Lines of mongoexport: each is a document, whole and with every byte; its <c>_id</c> becomes the id.</summary>
internal sealed class MongoSource(string file, SlidingBuffer buffer, LineText text) : ISource
{
    private readonly LineReader _lines = new(buffer);

    public SourcePlace Place => new(file, _lines.Number, _lines.Offset);

    public async ValueTask<Piece?> ReadAsync(CancellationToken cancellation)
    {
        while (await _lines.ReadAsync(cancellation))
        {
            if (_lines.IsTooLong)
            {
                return Fault(LineFaults.TooLong);
            }

            if (_lines.Line.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r'))
            {
                return Take();
            }
        }

        return null;
    }

    private Piece Take()
    {
        ReadOnlySpan<byte> line = _lines.Line.Span;
        try
        {
            return MongoId.TryFind(line, out ReadOnlySpan<byte> id, out string? fault)
                ? new Piece(Place) { Line = text.OfValue(id, line) }
                : Fault(fault!);
        }
        catch (JsonException exception)
        {
            return Fault(LineFaults.NotJson(exception, _lines.IsEnded));
        }
    }

    private Piece Fault(string reason) => new(Place) { Fault = reason };
}
