using System.Buffers;
using System.IO.Pipelines;

namespace DocService.Api.Bulk.Importing.Lines;

/// <summary>Takes a request's body apart into lines. A line break behind the last one may be missing.</summary>
/// <remarks>Owns: the line that is arriving. Thread: one at a time. Each byte is looked at once, but where memory is short.</remarks>
/// <param name="reader">The body.</param>
/// <param name="account">What long lines are charged to.</param>
/// <param name="limits">Of a longer line than these allow nothing is kept.</param>
internal sealed class ImportLines(PipeReader reader, ImportAccount account, ImportLimits limits) : IDisposable
{
    private ImportText _line = new(account, limits);
    private bool _isTooLong;
    private bool _isLarge;

    /// <summary>Of the line read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Reads on to the end of a line. Its caller disposes the text of a line that there is.</summary>
    /// <exception cref="OperationCanceledException">The server stops.</exception>
    public async ValueTask<(ImportLineState State, ImportText? Text)> ReadAsync()
    {
        while (true)
        {
            if (!reader.TryRead(out ReadResult read))
            {
                read = await reader.ReadAsync(CancellationToken.None); // a token that cuts a read off leaves the web server complaining
            }

            if (read.IsCanceled)
            {
                reader.AdvanceTo(read.Buffer.Start);
                throw new OperationCanceledException("The server is stopping.");
            }

            ReadOnlySequence<byte> buffer = read.Buffer;
            SequencePosition? end = buffer.PositionOf((byte)'\n');
            if (FindObstacle(end is { } stop ? buffer.Slice(0, stop) : buffer) is { } obstacle)
            {
                reader.AdvanceTo(buffer.Start);
                return (obstacle, null);
            }

            reader.AdvanceTo(end is { } at ? buffer.GetPosition(1, at) : buffer.End);
            if (end is not null)
            {
                return Finish();
            }

            if (read.IsCompleted)
            {
                return _line.Length > 0 || _isTooLong ? Finish() : (ImportLineState.End, null);
            }
        }
    }

    public void Dispose() => _line.Dispose();

    /// <summary>Null when the bytes have been taken. Whether a line is large is told of each by its length, however it arrives.</summary>
    private ImportLineState? FindObstacle(ReadOnlySequence<byte> bytes)
    {
        long length = _line.Length + bytes.Length;
        if (length > limits.Bytes && !_isLarge)
        {
            _isLarge = true;
            return ImportLineState.Large;
        }

        if (length > limits.LineBytes && !_isTooLong)
        {
            _isTooLong = true;
            _line.Clear();
        }

        return _isTooLong || _line.TryAppend(bytes) ? null : ImportLineState.NoRoom;
    }

    private (ImportLineState State, ImportText? Text) Finish()
    {
        Number++;
        bool isTooLong = _isTooLong;
        _isTooLong = false;
        _isLarge = false;
        if (isTooLong)
        {
            return (ImportLineState.TooLong, null);
        }

        ImportText line = _line;
        _line = new ImportText(account, limits);
        return (ImportLineState.Line, line);
    }
}
