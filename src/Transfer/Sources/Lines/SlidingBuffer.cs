using System.Buffers;
using ZstdSharp;

namespace DocService.Transfer.Sources.Lines;

/// <summary>The part of a stream that is looked at: filled at its end, given up at its beginning.</summary>
/// <remarks>
/// Owns: the buffer; the stream is its opener's. Thread: one at a time. Memory: as much as is held at once, up to
/// <see cref="BytesMax"/> and what one read brings.
/// </remarks>
internal sealed class SlidingBuffer(Stream stream) : IDisposable
{
    /// <summary>Longest line or row. Above what any server takes: a document has at most some hundred MiB.</summary>
    public const int BytesMax = 256 << 20;

    private const int BytesFirst = 128 << 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(BytesFirst);
    private int _start;
    private int _end;
    private SourceDamagedException? _damage;

    /// <summary>Valid until it is filled again.</summary>
    public ReadOnlyMemory<byte> Held => _bytes.AsMemory(_start, _end - _start);

    public int Length => _end - _start;

    /// <summary>Bytes of the stream before what is held.</summary>
    public long Offset { get; private set; }

    /// <summary>Nothing comes any more.</summary>
    public bool IsOver { get; private set; }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Length);
        _start += count;
        Offset += count;
    }

    /// <summary>Reads once; false when the stream is over.</summary>
    /// <exception cref="SourceDamagedException">What is packed cannot be unpacked. What is held stays.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_damage is not null)
        {
            throw _damage;
        }

        if (IsOver)
        {
            return false;
        }

        MakeRoom();
        int read;
        try
        {
            read = await stream.ReadAsync(_bytes.AsMemory(_end), cancellation);
        }
        catch (Exception exception) when (exception is ZstdException or EndOfStreamException)
        {
            _damage = new SourceDamagedException(exception is EndOfStreamException ? "the compressed file is cut short" : $"the compressed file is damaged: {exception.Message}");
            throw _damage;
        }

        _end += read;
        IsOver = read == 0;
        return read > 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _start = _end = 0;
    }

    /// <summary>At least as much room as is held, so that what grows is moved seldom.</summary>
    private void MakeRoom()
    {
        if (_bytes.Length - _end >= Math.Max(BytesFirst / 2, Length))
        {
            return;
        }

        byte[] target = Length > _bytes.Length / 2 ? ArrayPool<byte>.Shared.Rent(2 * _bytes.Length) : _bytes;
        _bytes.AsSpan(_start, Length).CopyTo(target);
        (_start, _end) = (0, Length);
        if (target != _bytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = target;
        }
    }
}
