using System.IO.Pipelines;
using DocService.Api.Answers;
using DocService.Api.Changes;
using DocService.Api.Configuration;
using DocService.Api.Tests.Support;
using DocService.Api.Waiting;
using DocService.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DocService.Api.Tests.Changes;

/// <summary>A large commit on its way to one client: its memory is given back as it is taken, and in a bounded time.</summary>
public sealed class EventChannelTests : IDisposable
{
    private const int Mebibyte = 1 << 20;
    private const int CommitBytes = 6 * Mebibyte;

    private readonly ShiftedClock _clock = new();
    private readonly DocServiceOptions _options = new();
    private readonly ByteBudget _budget = new(64 * Mebibyte);
    private readonly FeedMetrics _metrics;
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024, useSynchronizationContext: false));

    public EventChannelTests() => _metrics = new FeedMetrics(new FeedClients(_options), new ServedIndex(null, null, null));

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Send_ToAClientThatTakesAMebibyteInEachIdleTime_SendsAllAndGivesBackWhatIsTaken()
    {
        using AnswerBuffer output = Commit();
        Task sending = Channel().SendAsync(output).AsTask();
        int taken = 0;
        while (taken < CommitBytes)
        {
            taken += await TakeAsync(sending);
            _clock.Pass(_options.ExportIdle / 20);
            Assert.InRange(_budget.Bytes - _budget.Free, 0, CommitBytes + Mebibyte - taken + (256 * 1024));
        }

        await sending;
        Assert.Equal((CommitBytes, _budget.Bytes), (taken, _budget.Free));
    }

    /// <summary>It takes something each time, and would hold the memory for hours.</summary>
    [Fact]
    public async Task Send_ToAClientThatTakesLess_CutsItOff()
    {
        using AnswerBuffer output = Commit();
        Task sending = Channel().SendAsync(output).AsTask();
        int taken = 0;
        while (!sending.IsCompleted && taken < CommitBytes)
        {
            taken += await TakeAsync(sending);
            _clock.Pass(_options.ExportIdle * 0.9);
        }

        await Assert.ThrowsAsync<OperationCanceledException>(() => sending);
        Assert.InRange(taken, 64 * 1024, CommitBytes / 4);
        output.Dispose();
        Assert.Equal(_budget.Bytes, _budget.Free);
    }

    /// <summary>What there is; or nothing, once the sender has ended.</summary>
    private async Task<int> TakeAsync(Task sending)
    {
        Task<ReadResult> reading = _pipe.Reader.ReadAsync().AsTask();
        if (await Task.WhenAny(reading, sending) != reading)
        {
            _pipe.Reader.CancelPendingRead();
        }

        ReadResult read = await reading;
        int bytes = (int)read.Buffer.Length;
        _pipe.Reader.AdvanceTo(read.Buffer.End);
        return bytes;
    }

    private AnswerBuffer Commit()
    {
        var output = new AnswerBuffer(_budget);
        for (int bytes = 0; bytes < CommitBytes; bytes += 1024)
        {
            output.GetSpan(1024)[..1024].Fill((byte)'x');
            output.Advance(1024);
        }

        return output;
    }

    private EventChannel Channel()
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_pipe.Writer.AsStream()));
        return new EventChannel(context, _options, _metrics, _clock, default);
    }
}
