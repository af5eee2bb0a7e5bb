using System.Buffers;
using System.Security.Cryptography;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Documents;

/// <summary>A request's whole body in a pooled buffer, with its SHA-256 computed while it came in.</summary>
/// <remarks>Owns: the buffer and its share of the budget, both given back by <see cref="Dispose"/>. Nothing is locked while a client sends.</remarks>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = 16 * 1024; // for bodies of unknown length

    private readonly ByteBudget _budget;
    private byte[] _buffer = [];
    private long _taken;
    private int _length;

    private RequestBody(ByteBudget budget) => _budget = budget;

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    public Sha256Digest Sha256 { get; private set; }

    /// <summary>Reads to the end; on a problem the body is null and what was taken has been given back.</summary>
    public static async ValueTask<(RequestBody? Body, Problem? Problem)> ReadAsync(HttpRequest request, long bytesMax, ByteBudget budget, CancellationToken cancellation)
    {
        var body = new RequestBody(budget);
        Problem? problem = null;
        try
        {
            problem = await body.FillAsync(request, bytesMax, cancellation);
            return problem is null ? (body, null) : (null, problem);
        }
        catch
        {
            problem = ProblemCatalogue.Internal;
            throw;
        }
        finally
        {
            if (problem is not null)
            {
                body.Dispose();
            }
        }
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        _budget.Return(_taken);
        _taken = 0;
    }

    private async ValueTask<Problem?> FillAsync(HttpRequest request, long bytesMax, CancellationToken cancellation)
    {
        long expected = request.ContentLength ?? Math.Min(FirstBytes, bytesMax);
        if (!TryGrow(Math.Max(1, expected)))
        {
            return ProblemCatalogue.OverBudget;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (true)
        {
            int count = await request.Body.ReadAsync(_buffer.AsMemory(_length), cancellation);
            if (count == 0)
            {
                break;
            }

            hash.AppendData(_buffer, _length, count);
            _length += count;
            if (_length > bytesMax)
            {
                return ProblemCatalogue.TooLarge(bytesMax);
            }

            if (_length == _buffer.Length && _length != request.ContentLength && !TryGrow(Math.Min(2L * _length, bytesMax + 1)))
            {
                return ProblemCatalogue.OverBudget;
            }
        }

        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        hash.GetHashAndReset(digest);
        Sha256 = new Sha256Digest(digest);
        return null;
    }

    private bool TryGrow(long bytes)
    {
        if (bytes <= _buffer.Length)
        {
            return true;
        }

        if (!_budget.TryTake(bytes - _taken))
        {
            return false;
        }

        _taken = bytes;
        byte[] larger = ArrayPool<byte>.Shared.Rent(checked((int)bytes));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
        return true;
    }
}
