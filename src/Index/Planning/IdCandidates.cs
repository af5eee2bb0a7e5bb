using DocService.Index.Families;
using DocService.Index.Reading;
using DocService.Index.Rows;
using DocService.Queries.Keys;
using DocService.Queries.Planning;

namespace DocService.Index.Planning;

/// <summary>Documents by their ids: those of ranges, or single ones. Rising, or falling where the order is turned.</summary>
/// <remarks>Owns: a cursor, or a lookup. Thread: one at a time.</remarks>
internal sealed class IdCandidates : Candidates
{
    /// <summary>Ids of hidden documents begin with U+0000 and stand before all others.</summary>
    private static readonly KeyRange Shown = new([0x01], []);

    private readonly IndexReader _reader;
    private readonly KeyRange[] _ranges;
    private readonly bool _isReversed;
    private readonly RowLookup? _points; // where each range is one id
    private RowCursor? _rows;
    private byte[] _id = []; // of the point
    private int _next; // of the ranges
    private byte[]? _passed;

    /// <param name="reader">Where.</param>
    /// <param name="ranges">Rising, without overlaps.</param>
    /// <param name="arePoints">Each is one id.</param>
    /// <param name="isReversed">From the last to the first.</param>
    public IdCandidates(IndexReader reader, IEnumerable<KeyRange> ranges, bool arePoints, bool isReversed)
    {
        _reader = reader;
        IEnumerable<KeyRange> shown = ranges.Select(range => range.Intersect(Shown)).Where(range => !range.IsEmpty);
        _ranges = [.. isReversed ? shown.Reverse() : shown];
        _isReversed = isReversed;
        if (arePoints)
        {
            _points = reader.Snapshot.Look(Family.Documents);
            _points.Expect(Array.ConvertAll(_ranges, static range => range.From));
        }
    }

    public override ReadOnlySpan<byte> Id => _points is null ? _rows!.Key : _id;

    public override ReadOnlySpan<byte> Row => _points is null ? _rows!.Value : _points.Value;

    public override bool IsDocument
    {
        get
        {
            DocumentRow.ReadVersion(Row, out bool isDeleted);
            return !isDeleted;
        }
    }

    public override bool MoveNext() => _points is null ? ToNextRow() : ToNextPoint(_points);

    public override void Pass(ReadOnlySpan<byte> beginning) => _passed = beginning.ToArray();

    public override void Dispose()
    {
        _points?.Dispose();
        _rows?.Dispose();
    }

    private bool ToNextPoint(RowLookup points)
    {
        while (_next < _ranges.Length)
        {
            _id = _ranges[_next++].From;
            if (_passed is not null && _id.AsSpan().StartsWith(_passed))
            {
                continue;
            }

            if (points.Find(_id))
            {
                return true;
            }
        }

        return false;
    }

    private bool ToNextRow()
    {
        bool isValid = _rows is not null && (_isReversed ? _rows.Previous() : _rows.Next()) && Leave(_rows);
        while (!isValid && _next < _ranges.Length)
        {
            KeyRange range = _ranges[_next++];
            _rows?.Dispose();
            _rows = _reader.Snapshot.Iterate(Family.Documents, range.From, range.To);
            isValid = (_isReversed ? _rows.Last() : _rows.First()) && Leave(_rows);
        }

        return isValid;
    }

    /// <summary>The ids that are passed; false where nothing comes behind them.</summary>
    private bool Leave(RowCursor rows)
    {
        if (_passed is null || !rows.Key.StartsWith(_passed))
        {
            return true;
        }

        if (_isReversed)
        {
            return rows.Seek(_passed) ? rows.Previous() : rows.Last();
        }

        byte[] behind = KeyBytes.Behind(_passed);
        return behind.Length > 0 && rows.Seek(behind);
    }
}
