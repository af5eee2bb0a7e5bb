namespace DocService.Transfer.Sources.Lines;

/// <summary>Takes a file apart into lines, of any length up to <see cref="SlidingBuffer.BytesMax"/>. A byte order mark at its beginning is no part of the first one.</summary>
/// <remarks>Thread: one at a time. Each byte is looked at once.</remarks>
internal sealed class LineReader(SlidingBuffer buffer)
{
    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    private int _taken;

    /// <summary>Of the line read last, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Bytes of the file before it.</summary>
    public long Offset { get; private set; }

    /// <summary>Without its line break. Valid until the next one is read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>It is longer than a line may be, and nothing of it is kept.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Whether it ended with a line break; the last one of a file need not.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Reads the next line; false when there is none.</summary>
    /// <exception cref="SourceDamagedException">The file cannot be read on.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        if (Number == 0)
        {
            await PassMarkAsync(cancellation);
        }

        buffer.Advance(_taken);
        _taken = 0;
        Offset = buffer.Offset;
        IsTooLong = false;
        int searched = 0;
        while (true)
        {
            int at = buffer.Held.Span[searched..].IndexOf((byte)'\n');
            if (at >= 0)
            {
                Take(searched + at, isEnded: true);
                return true;
            }

            searched = buffer.Length;
            if (searched > SlidingBuffer.BytesMax)
            {
                IsTooLong = true;
                buffer.Advance(searched);
                searched = 0;
            }

            if (!await buffer.FillAsync(cancellation))
            {
                bool isThere = searched > 0 || IsTooLong;
                if (isThere)
                {
                    Take(searched, isEnded: false);
                }

                return isThere;
            }
        }
    }

    private void Take(int length, bool isEnded)
    {
        ReadOnlyMemory<byte> line = buffer.Held[..length];
        Line = IsTooLong ? default : line.Span is [.., (byte)'\r'] ? line[..^1] : line;
        IsEnded = isEnded;
        _taken = length + (isEnded ? 1 : 0);
        Number++;
    }

    private async ValueTask PassMarkAsync(CancellationToken cancellation)
    {
        while (buffer.Length < Mark.Length && await buffer.FillAsync(cancellation))
        {
        }

        if (buffer.Held.Span.StartsWith(Mark))
        {
            buffer.Advance(Mark.Length);
        }
    }
}
