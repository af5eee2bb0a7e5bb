using System.Buffers;
using System.IO.Pipelines;
using DocService.Api.Problems;

namespace DocService.Api.Documents;

/// <summary>A request's whole body in a pooled buffer.</summary>
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

    /// <summary>Reads to the end; on a problem the body is null and what was taken has been given back.</summary>
    /// <param name="request">Its fields have been checked.</param>
    /// <param name="bytesMax">Larger bodies are refused as soon as that is known.</param>
    /// <param name="budget">What the buffer is charged to.</param>
    /// <param name="lifetime">Tells when the server stops: a client that sends slowly must not hold it up.</param>
    public static async ValueTask<(RequestBody? Body, Problem? Problem)> ReadAsync(
        HttpRequest request, long bytesMax, ByteBudget budget, IHostApplicationLifetime lifetime)
    {
        var body = new RequestBody(budget);
        Problem? problem = null;
        try
        {
            problem = await body.FillAsync(request, bytesMax, lifetime.ApplicationStopping);
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

    private async ValueTask<Problem?> FillAsync(HttpRequest request, long bytesMax, CancellationToken stopping)
    {
        long expected = request.ContentLength ?? Math.Min(FirstBytes, bytesMax);
        if (!TryGrow(Math.Max(1, expected)))
        {
            return ProblemCatalogue.OverBudget;
        }

        UnreadBody.Begun(request);
        PipeReader reader = request.BodyReader;

        // Most bodies have come with their header fields.
        if (reader.TryRead(out ReadResult read) && Take(reader, read, bytesMax, out Problem? problem))
        {
            return problem;
        }

        // No token goes into the read: one that it cuts off leaves Kestrel's reader in a state that the log then complains
        // of as an error. A read ends by itself with the connection.
        using CancellationTokenRegistration stop = stopping.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), reader);
        do
        {
            read = await reader.ReadAsync(CancellationToken.None);
        }
        while (!Take(reader, read, bytesMax, out problem));
        return problem;
    }

    /// <summary>Takes what has come; true when that was the last, or is refused.</summary>
    private bool Take(PipeReader reader, ReadResult read, long bytesMax, out Problem? problem)
    {
        problem = read.IsCanceled ? ProblemCatalogue.Stopping : Append(read.Buffer, bytesMax);
        reader.AdvanceTo(read.Buffer.End);
        return problem is not null || read.IsCompleted;
    }

    private Problem? Append(ReadOnlySequence<byte> received, long bytesMax)
    {
        long length = _length + received.Length;
        if (length > bytesMax)
        {
            return ProblemCatalogue.TooLarge(bytesMax);
        }

        if (length > _buffer.Length && !TryGrow(Math.Max(length, Math.Min(2L * _buffer.Length, bytesMax))))
        {
            return ProblemCatalogue.OverBudget;
        }

        foreach (ReadOnlyMemory<byte> piece in received)
        {
            piece.Span.CopyTo(_buffer.AsSpan(_length));
            _length += piece.Length;
        }

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
