namespace DocService.Patches.Text;

/// <summary>A document's text while it is changed: from one buffer into another, and the other way round.</summary>
/// <remarks>
/// Owns: both buffers and their share of the budget; given back by <see cref="Dispose"/>. Thread: one at a time.
/// Invariant: the text never grows beyond the longest document, whatever the operations between would make of it.
/// </remarks>
internal sealed class PatchedText(long bytesMax, ByteBudget? budget) : IDisposable
{
    private const int FirstBytes = 1024;

    private byte[] _text = [];
    private byte[] _next = [];
    private int _length;
    private int _nextLength;
    private long _taken;

    /// <summary>The text as it is now.</summary>
    public ReadOnlyMemory<byte> Memory => _text.AsMemory(0, _length);

    public ReadOnlySpan<byte> Span => _text.AsSpan(0, _length);

    /// <summary>Adds to what will be the text. False when it would be too long: then nothing can be made of it any more.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (_nextLength + (long)bytes.Length > bytesMax)
        {
            return false;
        }

        if (_nextLength + bytes.Length > _next.Length)
        {
            Grow(_nextLength + bytes.Length);
        }

        bytes.CopyTo(_next.AsSpan(_nextLength));
        _nextLength += bytes.Length;
        return true;
    }

    /// <summary>What has been added is the text now.</summary>
    public void Turn()
    {
        (_text, _next) = (_next, _text);
        (_length, _nextLength) = (_nextLength, 0);
    }

    /// <summary>Puts the parts in place of what stands between two positions of the text. False as above.</summary>
    public bool TrySplice(int start, int end, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default)
    {
        _nextLength = 0;
        bool fits = TryAppend(Span[..start]) && TryAppend(first) && TryAppend(second) && TryAppend(third) && TryAppend(Span[end..]);
        if (fits)
        {
            Turn();
        }

        return fits;
    }

    /// <summary>Charges more than the text itself, until it is disposed.</summary>
    /// <exception cref="StoreBusyException">The budget has no room.</exception>
    public void Charge(long bytes)
    {
        budget?.Take(bytes, _taken);
        _taken += bytes;
    }

    /// <summary>Nothing more is changed: what is left is charged for all the copies that it will have, as a request's body is.</summary>
    /// <exception cref="StoreBusyException">The budget has no room.</exception>
    public void Finish()
    {
        BodyBuffers.Return(_next);
        _next = [];
        budget?.Return(_taken);
        _taken = 0;
        Charge((long)WriteCost.Copies * _length);
    }

    public void Dispose()
    {
        BodyBuffers.Return(_text);
        BodyBuffers.Return(_next);
        _text = [];
        _next = [];
        _length = 0;
        budget?.Return(_taken);
        _taken = 0;
    }

    /// <exception cref="StoreBusyException">The budget has no room.</exception>
    private void Grow(int bytes)
    {
        int wanted = (int)Math.Min(Math.Max(Math.Max(bytes, FirstBytes), 2L * _next.Length), Math.Max(bytesMax, bytes));
        Charge(wanted - _next.Length);
        byte[] larger = BodyBuffers.Rent(wanted);
        _next.AsSpan(0, _nextLength).CopyTo(larger);
        BodyBuffers.Return(_next);
        _next = larger;
    }
}
