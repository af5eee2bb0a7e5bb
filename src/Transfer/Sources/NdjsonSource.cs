using System.Globalization;
using System.Text.Json;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sources;

/// <summary>Lines that an import takes, sent as they are. An export among them must be whole.</summary>
internal sealed class NdjsonSource(string file, SlidingBuffer buffer, LineText text) : ISource
{
    private readonly LineReader _lines = new(buffer);
    private long _sinceLast;
    private bool _isExport;
    private bool _isOver;

    public SourcePlace Place => new(file, _lines.Number, _lines.Offset);

    public async ValueTask<Piece?> ReadAsync(CancellationToken cancellation)
    {
        while (await _lines.ReadAsync(cancellation))
        {
            if (_lines.IsTooLong)
            {
                _sinceLast++;
                return Fault(LineFaults.TooLong);
            }

            if (_lines.Line.Span.ContainsAnyExcept((byte)' ', (byte)'\t', (byte)'\r') && Take() is { } piece)
            {
                return piece;
            }
        }

        if (_isExport && !_isOver)
        {
            _isOver = true;
            return Fault("the export is cut short: the line is missing that a whole one ends with") with { IsEnd = true };
        }

        return null;
    }

    private Piece? Take()
    {
        LineShape shape;
        try
        {
            shape = LineShape.Of(_lines.Line.Span);
        }
        catch (JsonException exception)
        {
            _sinceLast++;
            return Fault(LineFaults.NotJson(exception, _lines.IsEnded));
        }

        if (shape.Error is { } error)
        {
            _isExport = false;
            return Fault($"the export ended here with an error, and documents are missing: {error}");
        }

        if (shape.IsLast)
        {
            long lines = _sinceLast;
            _sinceLast = 0;
            _isExport = false;
            return shape.Count < 0 || shape.Count == lines ? null
                : Fault(string.Create(CultureInfo.InvariantCulture, $"the export is not whole: it says that it has {shape.Count} documents, and {lines} are here"));
        }

        _sinceLast++;
        _isExport |= shape.IsExported;
        return new Piece(Place) { Line = text.HasPrefix && shape.IdStart >= 0 ? text.WithPrefix(_lines.Line.Span, shape.IdStart) : _lines.Line };
    }

    private Piece Fault(string reason) => new(Place) { Fault = reason };
}
