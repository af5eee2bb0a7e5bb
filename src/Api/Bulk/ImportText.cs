using System.Buffers;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>The bytes of one line, in a buffer of its own until its document is committed.</summary>
/// <remarks>
/// Owns: the buffer, and what it takes of the budget, both given back by <see cref="Dispose"/>. Thread: one at a time.
/// Invariant: what has arrived is charged for all the copies that it will have, so it can be committed.
/// </remarks>
internal sealed class ImportText(ByteBudget budget) : IDisposable
{
    private byte[] _buffer = [];
    private long _taken;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, Length);

    /// <summary>Appends; false, with nothing done, when the budget has no room for it.</summary>
    public bool TryAppend(ReadOnlySequence<byte> bytes)
    {
        int length = checked(Length + (int)bytes.Length);
        if (length > _buffer.Length && !TryGrow(Length == 0 ? length : Math.Max(length, checked(2 * _buffer.Length))))
        {
            return false;
        }

        bytes.CopyTo(_buffer.AsSpan(Length));
        Length = length;
        return true;
    }

    /// <summary>Nothing is in it any more; for a line that is longer than a line may be.</summary>
    public void Clear()
    {
        BodyBuffers.Return(_buffer);
        _buffer = [];
        Length = 0;
        budget.Return(_taken);
        _taken = 0;
    }

    public void Dispose() => Clear();

    private bool TryGrow(int bytes)
    {
        long more = WriteCost.Of(bytes) - _taken;
        if (!budget.TryTake(more, _taken))
        {
            return false;
        }

        _taken += more;
        byte[] larger = BodyBuffers.Rent(bytes);
        _buffer.AsSpan(0, Length).CopyTo(larger);
        BodyBuffers.Return(_buffer);
        _buffer = larger;
        return true;
    }
}
