using System.Buffers;
using DocService.Api.Bodies;

namespace DocService.Api.Answers;

/// <summary>An answer on its way, in pieces: it grows without being copied, and every piece is charged to the budget.</summary>
/// <remarks>Owns: rented pieces and their share of the budget. Thread: one at a time. On failure: <see cref="StoreBusyException"/>, nothing more is taken.</remarks>
internal sealed class AnswerBuffer(ByteBudget budget) : IBufferWriter<byte>, IDisposable
{
    private const int PieceBytes = 64 * 1024;

    private readonly List<(byte[] Buffer, int Used)> _pieces = [];
    private long _taken;

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>The first piece; null where there is none.</summary>
    public ReadOnlyMemory<byte>? First => _pieces is [(var buffer, var used), ..] ? buffer.AsMemory(0, used) : default(ReadOnlyMemory<byte>?);

    public IEnumerable<ReadOnlyMemory<byte>> Pieces => _pieces.Select(piece => (ReadOnlyMemory<byte>)piece.Buffer.AsMemory(0, piece.Used));

    public void Advance(int count)
    {
        (byte[] buffer, int used) = _pieces[^1];
        _pieces[^1] = (buffer, used + count);
        Length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int wanted = Math.Max(sizeHint, 1);
        if (_pieces.Count == 0 || _pieces[^1].Buffer.Length - _pieces[^1].Used < wanted)
        {
            Add(Math.Max(wanted, PieceBytes));
        }

        (byte[] buffer, int used) = _pieces[^1];
        return buffer.AsMemory(used);
    }

    /// <summary>As the whole body, by the piece.</summary>
    public async ValueTask SendAsync(HttpResponse response)
    {
        foreach (ReadOnlyMemory<byte> piece in Pieces)
        {
            await ResponseBody.WriteAsync(response, piece, response.HttpContext.RequestAborted);
        }
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Gives back the first piece, which somebody else has a copy of.</summary>
    public void DropFirst()
    {
        GiveBack(_pieces[0].Buffer);
        _pieces.RemoveAt(0);
    }

    /// <summary>Empty again; one piece is kept.</summary>
    public void Clear()
    {
        for (; _pieces.Count > 1 || (_pieces.Count == 1 && _pieces[0].Buffer.Length > PieceBytes); _pieces.RemoveAt(_pieces.Count - 1))
        {
            GiveBack(_pieces[^1].Buffer);
        }

        if (_pieces.Count == 1)
        {
            _pieces[0] = (_pieces[0].Buffer, 0);
        }

        Length = 0;
    }

    public void Dispose()
    {
        foreach ((byte[] buffer, _) in _pieces)
        {
            BodyBuffers.Return(buffer);
        }

        _pieces.Clear();
        budget.Return(_taken);
        _taken = 0;
    }

    private void Add(int bytes)
    {
        if (!budget.TryTake(bytes, _taken))
        {
            throw new StoreBusyException("Requests and answers under way have used up the server's memory budget (InFlightBytes).");
        }

        _taken += bytes;
        byte[] buffer = BodyBuffers.Rent(bytes);
        _taken += Charge(buffer.Length - bytes);
        _pieces.Add((buffer, 0));
    }

    /// <summary>What the pool gave beyond the wish, where there is room for it: it is there already.</summary>
    private long Charge(long bytes) => bytes > 0 && budget.TryTake(bytes, _taken) ? bytes : 0;

    private void GiveBack(byte[] buffer)
    {
        long bytes = Math.Min(buffer.Length, _taken);
        BodyBuffers.Return(buffer);
        budget.Return(bytes);
        _taken -= bytes;
    }
}
