using System.Buffers;
using System.IO.Pipelines;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>Takes a request's body apart into lines. A line break behind the last one may be missing.</summary>
/// <remarks>Owns: the line that is arriving. Thread: one at a time. Each byte is looked at once.</remarks>
/// <param name="reader">The body.</param>
/// <param name="budget">What the lines are charged to.</param>
/// <param name="bytesMax">Longest line; of a longer one nothing is kept.</param>
internal sealed class ImportLines(PipeReader reader, ByteBudget budget, int bytesMax) : IDisposable
{
    private ImportText _line = new(budget);
    private bool _isTooLong;

    /// <summary>Of the line read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Reads on to the end of a line. Its caller disposes the text of a line that there is.</summary>
    /// <exception cref="StoreBusyException">The budget has no room now: nothing is lost, and the same call goes on when there is.</exception>
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
            if (!Append(end is { } stop ? buffer.Slice(0, stop) : buffer))
            {
                reader.AdvanceTo(buffer.Start);
                budget.Take(bytesMax); // throws: what did not fit a moment ago
                continue;
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

    private bool Append(ReadOnlySequence<byte> bytes)
    {
        if (!_isTooLong && _line.Length + bytes.Length > bytesMax)
        {
            _isTooLong = true;
            _line.Clear();
        }

        return _isTooLong || _line.TryAppend(bytes);
    }

    private (ImportLineState State, ImportText? Text) Finish()
    {
        Number++;
        if (_isTooLong)
        {
            _isTooLong = false;
            return (ImportLineState.TooLong, null);
        }

        ImportText line = _line;
        _line = new ImportText(budget);
        return (ImportLineState.Line, line);
    }
}
