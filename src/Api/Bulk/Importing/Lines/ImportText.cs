using System.Buffers;
using System.Text.Json;
using DocService.Storage;

namespace DocService.Api.Bulk.Importing.Lines;

/// <summary>The bytes of one line, and of its <c>raw</c>, in buffers of their own until its document is committed.</summary>
/// <remarks>Owns: the buffers, and what a long line takes of the account, all given back by <see cref="Dispose"/>. Thread: one at a time.</remarks>
internal sealed class ImportText(ImportAccount account, ImportLimits limits) : IDisposable
{
    private byte[] _line = [];
    private byte[] _raw = [];
    private long _taken;

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _line.AsMemory(0, Length);

    /// <summary>Appends; false, with nothing done, when there is no room for it now. The whole is not longer than a line may be.</summary>
    public bool TryAppend(ReadOnlySequence<byte> bytes)
    {
        int length = checked(Length + (int)bytes.Length);
        if (length > _line.Length && !TryGrow(Length == 0 ? length : Math.Max(length, (int)Math.Min(limits.LineBytes, 2L * _line.Length))))
        {
            return false;
        }

        bytes.CopyTo(_line.AsSpan(Length));
        Length = length;
        return true;
    }

    /// <summary>The text of the string that the reader stands at. Valid as long as the line.</summary>
    public ReadOnlyMemory<byte> Unescape(ref Utf8JsonReader reader)
    {
        BodyBuffers.Return(_raw);
        _raw = [];
        _raw = BodyBuffers.Rent(Math.Max(1, reader.ValueSpan.Length));
        return _raw.AsMemory(0, reader.CopyString(_raw));
    }

    /// <summary>Nothing is in it any more.</summary>
    public void Clear()
    {
        BodyBuffers.Return(_line);
        BodyBuffers.Return(_raw);
        _line = [];
        _raw = [];
        Length = 0;
        account.Return(_taken);
        _taken = 0;
    }

    public void Dispose() => Clear();

    private bool TryGrow(int bytes)
    {
        if (bytes > limits.Bytes) // shorter ones are paid for
        {
            long more = ((long)ImportLimits.Copies * bytes) - _taken;
            if (!account.TryTake(more))
            {
                return false;
            }

            _taken += more;
        }

        byte[] larger = BodyBuffers.Rent(bytes);
        _line.AsSpan(0, Length).CopyTo(larger);
        BodyBuffers.Return(_line);
        _line = larger;
        return true;
    }
}
