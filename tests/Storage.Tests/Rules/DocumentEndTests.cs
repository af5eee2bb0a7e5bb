using DocService.Storage.Rules;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DocService.Storage.Tests.Rules;

/// <summary>How a rule gives a document its end.</summary>
public sealed class DocumentEndTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly SimulatedFileSystem _disk = new();
    private readonly ShiftedClock _clock = new();

    [Theory]
    [InlineData(0, 100, 100)]
    [InlineData(45, 30, 75)] // the wall clock is behind and not in doubt: the document was absent as it was acknowledged
    [InlineData(5000, 100, 5100)] // it was put back
    [InlineData(-60, 100, 100)] // it is ahead and not in doubt
    [InlineData(-5000, 100, -4900)] // it was put forward, or the version before is from then: the document lived on for ever
    public void Of_SecondsAfterModified_IsNeverTooEarly(int nowAfterModified, int seconds, int expected) =>
        Assert.Equal(Noon.AddSeconds(expected), DocumentEnd.After(TimeSpan.FromSeconds(seconds), Noon, Noon.AddSeconds(nowAfterModified)));

    [Fact]
    public void Of_ASumBeyondTheCalendar_IsNone()
    {
        Assert.Equal(DateTimeOffset.MaxValue, DocumentEnd.After(DateTimeOffset.MaxValue - Noon, Noon, Noon));
        Assert.Null(DocumentEnd.After(DateTimeOffset.MaxValue - Noon + TimeSpan.FromTicks(1), Noon, Noon));
        Assert.Null(DocumentEnd.After(TimeSpan.MaxValue, Noon, Noon));
    }

    [Fact]
    public async Task Put_RulesSayWhen_TheLastWordCountsForEachDocument()
    {
        var moment = new DateTimeOffset(2999, 1, 2, 3, 4, 5, TimeSpan.FromHours(2));
        await using DocumentStore store = Open(draft =>
        {
            draft.ExpireAt(0, moment.AddYears(-1));
            draft.ExpireAt(0, moment);
            draft.ExpireAt(1, moment);
            draft.ExpireAfter(1, TimeSpan.FromMinutes(1));
        });

        CommitResult result = await store.PutAllAsync(["a", "b", "c"], "1", DurabilityLevel.Filed);

        DocumentInfo[] infos = [.. result.Results.Select(one => one.Document!)];
        Assert.Equal([moment, infos[1].Modified.AddMinutes(1), null], infos.Select(info => info.Expires));
        foreach ((string id, DocumentInfo info) in new[] { "a", "b", "c" }.Zip(infos))
        {
            Assert.Equal(info, await store.ReadInfoAsync(id));
        }
    }

    /// <summary>A changed rule concerns later writes only, and those wholly.</summary>
    [Fact]
    public async Task Put_RuleSaysNothing_ADocumentThatHadAnEndHasNone()
    {
        bool ends = true;
        await using DocumentStore store = Open(draft =>
        {
            if (ends)
            {
                draft.ExpireAfter(0, TimeSpan.FromMinutes(1));
            }
        });
        Assert.NotNull((await store.PutAsync("a", "1")).Document!.Expires);

        ends = false;
        Assert.NotNull((await store.ReadInfoAsync("a"))!.Expires);
        Assert.Null((await store.PutAsync("a", "2")).Document!.Expires);
        _clock.Pass(TimeSpan.FromDays(1));
        Assert.Equal("2", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task Put_EndsInThePast_IsWrittenAndAbsentAtOnce()
    {
        await using DocumentStore store = Open(draft => draft.ExpireAt(0, DateTimeOffset.MinValue));

        WriteResult result = await store.PutAsync("a", "1");

        Assert.Equal(WriteStatus.Created, result.Status);
        Assert.Null(await store.ReadAsync("a"));
        Assert.Equal(WriteStatus.Created, (await store.PutAsync("a", "1")).Status);
    }

    /// <summary>Its life counted from before the wait, and was over as the write was acknowledged.</summary>
    [Fact]
    public async Task Put_WaitsLongerThanItLivesWhileTheWallClockIsBehind_IsThereOnceItIsAcknowledged()
    {
        var rule = new TestRule
        {
            Commit = draft => draft.ExpireAfter(0, TimeSpan.FromSeconds(5)),
            Values = _ =>
            {
                _clock.Pass(TimeSpan.FromSeconds(10));
                return [];
            },
        };
        await using DocumentStore store = DocumentStore.Open(_disk, JournalTest.Sealing, _clock, NullLoggerFactory.Instance, [rule]);
        _clock.MoveWall(TimeSpan.FromSeconds(-30));

        await store.PutAsync("a", "1");

        Assert.Equal("1", await store.ReadAsync("a"));
    }

    [Fact]
    public async Task ExpireAfter_NotAPut_IsRefused()
    {
        await using DocumentStore store = Open(draft =>
        {
            if (draft.Operations[0].Operation is not PutOperation)
            {
                draft.ExpireAfter(0, TimeSpan.FromMinutes(1));
            }
        });
        await store.PutAsync("a", "1");

        await Assert.ThrowsAsync<ArgumentException>(() => store.DeleteAsync("a"));
        Assert.Equal("1", await store.ReadAsync("a"));
    }

    private DocumentStore Open(Action<CommitDraft> judge) =>
        DocumentStore.Open(_disk, JournalTest.Sealing, _clock, NullLoggerFactory.Instance, [new TestRule { Commit = judge }]);
}
