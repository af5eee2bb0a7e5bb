using System.Buffers;
using System.IO.Pipelines;
using DocService.Api.Access;
using DocService.Api.Fields;
using DocService.Api.Json;
using DocService.Api.Keys;
using DocService.Api.Problems;
using Microsoft.AspNetCore.Connections;

namespace DocService.Api.Bodies;

/// <summary>A request's whole body in one buffer.</summary>
/// <remarks>
/// Owns: the buffer and its share of the budget, both given back by <see cref="Dispose"/>. Nothing is locked while a client sends.
/// Invariant: what is charged follows what has arrived, at most <see cref="GrowthFactor"/> times as much; a length that is only
/// announced takes nothing. Each byte is charged for all the copies that it will have, so what has arrived can be committed.
/// </remarks>
internal sealed class RequestBody : IDisposable
{
    private const int FirstBytes = BodySizes.Small;
    private const int GrowthFactor = 4; // a third of the body is copied once more while it grows, and a quarter of its buffer is there twice

    private readonly ByteBudget _budget;
    private readonly long _announced; // or as much as may come
    private byte[] _buffer = [];
    private long _taken;
    private int _length;

    private RequestBody(ByteBudget budget, long announced)
    {
        _budget = budget;
        _announced = announced;
    }

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>The whole as a document's content: one strict JSON value that fits the digests that came with it. Else the problem.</summary>
    /// <param name="request">Its fields have been checked.</param>
    /// <param name="named">Digests of its fields.</param>
    /// <param name="depthMax">Of the JSON.</param>
    /// <param name="content">Valid until this is disposed.</param>
    public Problem? TryGetContent(HttpRequest request, Digest named, int depthMax, out DocumentContent content)
    {
        content = default;
        if (StrictJson.Check(Bytes.Span, depthMax, _budget) is { } error)
        {
            return ProblemCatalogue.Json(error);
        }

        if (named.TryAddTrailer(request, out Digest digest) is { } badTrailer)
        {
            return badTrailer;
        }

        Sha256Digest sha256 = Sha256Digest.Of(Bytes.Span);
        content = new DocumentContent(Bytes, BodyFields.TypeOf(request), sha256);
        return digest.Check(Bytes.Span, sha256);
    }

    /// <summary>Null when it has the digests that came with it, before it or behind it.</summary>
    /// <param name="request">Its fields have been checked.</param>
    /// <param name="named">Digests of its fields.</param>
    public Problem? CheckDigest(HttpRequest request, Digest named) =>
        named.TryAddTrailer(request, out Digest digest) ?? (digest.IsEmpty ? null : digest.Check(Bytes.Span, Sha256Digest.Of(Bytes.Span)));

    /// <summary>Reads to the end; on a problem the body is null and what was taken has been given back.</summary>
    /// <param name="request">Its fields have been checked.</param>
    /// <param name="bytesMax">Larger bodies are refused as soon as that is known.</param>
    /// <param name="budget">What the buffer is charged to.</param>
    /// <param name="lifetime">Tells when the server stops: a client that sends slowly must not hold it up.</param>
    public static async ValueTask<(RequestBody? Body, Problem? Problem)> ReadAsync(
        HttpRequest request, long bytesMax, ByteBudget budget, IHostApplicationLifetime lifetime)
    {
        // A body that could not be taken now is not asked for. A length that is only announced reserves nothing, so it
        // keeps nobody out.
        if (!budget.HasRoom(WriteCost.Of(request.ContentLength ?? 0)))
        {
            return (null, ProblemCatalogue.OverBudget);
        }

        var body = new RequestBody(budget, request.ContentLength ?? bytesMax);
        Problem? problem = ProblemCatalogue.Internal;
        try
        {
            problem = await body.FillAsync(request, bytesMax, lifetime.ApplicationStopping);
            if (Caller.Of(request.HttpContext).Ended.IsCancellationRequested)
            {
                problem = AccessProblems.Ended; // a body can take minutes, and its key may have been revoked meanwhile
            }

            return problem is null ? (body, null) : (null, problem);
        }
        catch (Exception exception) when (ProblemOf(request, exception) is { } clients)
        {
            problem = clients;
            return (null, problem);
        }
        finally
        {
            if (problem is not null)
            {
                body.Dispose();
            }
        }
    }

    /// <summary>Charges more than the body itself; false when the budget has no room for it.</summary>
    public bool TryCharge(long bytes)
    {
        bool isTaken = _budget.TryTake(bytes, _taken);
        _taken += isTaken ? bytes : 0;
        return isTaken;
    }

    /// <summary>The write is done: only one copy is left.</summary>
    public void NoteCommitted()
    {
        long left = _taken / WriteCost.Copies;
        _budget.Return(_taken - left);
        _taken = left;
    }

    public void Dispose()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        BodyBuffers.Return(buffer);
        _budget.Return(_taken);
        _taken = 0;
    }

    /// <summary>
    /// Every exception of the web server while a body is read is about what the client sent, whatever its type: a chunk
    /// size that overflows is an IOException. Null for the two exceptions to this: no memory, and a client that has gone.
    /// </summary>
    internal static Problem? ProblemOf(HttpRequest request, Exception exception) => exception switch
    {
        OutOfMemoryException or ConnectionAbortedException or ConnectionResetException => null,
        _ when request.HttpContext.RequestAborted.IsCancellationRequested => null,
        BadHttpRequestException bad => ProblemCatalogue.OfStatus(bad.StatusCode, bad.Message) with { EndsConnection = true },
        _ => ProblemCatalogue.Invalid($"The body cannot be read: {exception.Message}") with { EndsConnection = true },
    };

    private async ValueTask<Problem?> FillAsync(HttpRequest request, long bytesMax, CancellationToken stopping)
    {
        UnreadBody.Begun(request);
        PipeReader reader = request.BodyReader;

        // Most bodies have come with their header fields.
        if (reader.TryRead(out ReadResult read) && Take(reader, read, bytesMax, out Problem? problem))
        {
            return problem;
        }

        // No token goes into the read: one that it cuts off leaves Kestrel's reader in a state that the log then complains
        // of as an error. A read ends by itself with the connection, and with the least rate that KestrelLimits sets.
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

        if (length > _buffer.Length && !TryGrow((int)Math.Max(length, Math.Min(Math.Max(FirstBytes, (long)GrowthFactor * _buffer.Length), _announced))))
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

    private bool TryGrow(int bytes)
    {
        if (!TryCharge(WriteCost.Of(bytes) - _taken))
        {
            return false;
        }

        byte[] larger = BodyBuffers.Rent(bytes);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        BodyBuffers.Return(_buffer);
        _buffer = larger;
        return true;
    }
}
