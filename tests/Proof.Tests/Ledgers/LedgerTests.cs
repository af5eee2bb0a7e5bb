using DocService.Proof.Ledgers;

namespace DocService.Proof.Tests.Ledgers;

/// <summary>A server that keeps its word is believed; each way of breaking it is found.</summary>
public sealed class LedgerTests
{
    private readonly Ledger _ledger = new(["a", "b"]);
    private long _now;

    [Fact]
    public void Close_EverythingKept_FindsNothing()
    {
        Observation a = Put("a", 1);
        Delete("b", existed: false, sequence: null);
        Observation b = Put("b", 2);
        Read("a", a);
        Assert.Empty(Close(a, b));

        Delete("a", existed: true, sequence: 3);
        Assert.Empty(Close(Observation.Absent, b));
        Assert.Empty(Close(Observation.Absent, b));
    }

    [Fact]
    public void Close_AcknowledgedWriteGone_IsALostWrite()
    {
        Put("a", 1);
        Contains("lost write: a is absent", Close(Observation.Absent, Observation.Absent));
    }

    [Fact]
    public void Close_OlderVersionBack_IsALostWrite()
    {
        Observation first = Put("a", 1);
        Put("a", 2);
        Contains("lost write: a has", Close(first, Observation.Absent));
    }

    [Fact]
    public void Close_OlderVersionBackOneCrashLater_IsALostWrite()
    {
        Observation first = Put("a", 1);
        Observation second = Put("a", 2);
        Assert.Empty(Close(second, Observation.Absent));
        Contains("lost write: a has", Close(first, Observation.Absent));
    }

    [Fact]
    public void Close_WhatWasReadIsGone_IsALostWrite()
    {
        Observation unknown = PutUnanswered("a", 5);
        Read("a", unknown);
        Contains("lost write", Close(Observation.Absent, Observation.Absent));
    }

    [Fact]
    public void Close_AcknowledgedDeletionUndone_IsAResurrection()
    {
        Observation a = Put("a", 1);
        Delete("a", existed: true, sequence: 2);
        Contains("resurrected delete: a", Close(a, Observation.Absent));
    }

    [Fact]
    public void Close_AbsentAfterACrashAndBackAfterTheNext_IsAResurrection()
    {
        Observation a = Put("a", 1);
        Add(Outcome.Unknown, null, new Step { Key = "a", Kind = StepKind.Delete });
        Assert.Empty(Close(Observation.Absent, Observation.Absent));
        Contains("resurrected delete: a", Close(a, Observation.Absent));
    }

    [Fact]
    public void Close_DeletionWithoutAnswer_MayHaveHappenedOnceAndIsThenSettled()
    {
        Put("a", 1);
        Add(Outcome.Unknown, null, new Step { Key = "a", Kind = StepKind.Delete });
        Assert.Empty(Close(Observation.Absent, Observation.Absent));
        Assert.Empty(Close(Observation.Absent, Observation.Absent));
    }

    [Fact]
    public void Close_WriteWithoutAnswer_MayBeThereOrNot()
    {
        Observation a = PutUnanswered("a", 5);
        PutUnanswered("b", 6);
        Assert.Empty(Close(a, Observation.Absent));
    }

    [Fact]
    public void Close_RefusedWriteIsThere_IsAViolation()
    {
        long call = _ledger.NewCall();
        long tag = Ledger.NewTag(call, 0);
        Add(call, Outcome.Refused, null, new Step { Key = "a", Kind = StepKind.Put, Tag = tag });
        Contains("not linearizable: a", Close(new Observation(tag, 7), Observation.Absent));
    }

    [Fact]
    public void Close_ContentThatNobodyWrote_IsAViolation() =>
        Contains("not linearizable: a", Close(new Observation(4711, 7), Observation.Absent));

    [Fact]
    public void Close_BatchHalfThere_IsTorn()
    {
        (Observation a, Observation b) = Batch(Outcome.Unknown, 5);
        Contains("torn batch", Close(a, Observation.Absent));
        Contains("torn batch", new LedgerTests().TornTheOtherWay());
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void Close_BatchWholeOrAbsent_IsFine()
    {
        (Observation a, Observation b) = Batch(Outcome.Unknown, 5);
        Assert.Empty(Close(a, b));
        Batch(Outcome.Unknown, 6);
        Assert.Empty(Close(a, b));
    }

    [Fact]
    public void Close_BatchReadOnOneKeyAndGoneFromTheOther_IsTorn()
    {
        (Observation a, _) = Batch(Outcome.Unknown, 5);
        Read("a", a);
        Contains("torn batch", Close(a, Observation.Absent));
    }

    [Fact]
    public void Close_BatchOverwrittenOnOneKey_IsWhole()
    {
        (_, Observation b) = Batch(Outcome.Acknowledged, 5);
        Observation newer = Put("a", 6);
        Assert.Empty(Close(newer, b));
    }

    [Fact]
    public void Close_SequenceOfTwoCommits_IsAViolation()
    {
        Put("a", 1);
        Observation b = Put("b", 1);
        Contains("sequence 1 used twice", Close(new Observation(Ledger.NewTag(1, 0), 1), b));
    }

    [Fact]
    public void Close_SequenceUsedAgainAfterACrash_IsAViolation()
    {
        Observation a = Put("a", 9);
        Assert.Empty(Close(a, Observation.Absent));
        Observation b = Put("b", 9);
        Contains("sequence 9 used twice", Close(a, b));
    }

    [Theory]
    [InlineData(CrashKind.Kill, false)]
    [InlineData(CrashKind.PowerCut, true)]
    internal void Close_BufferedWriteGone_IsAViolationAfterAKillOnly(CrashKind crash, bool isAllowed)
    {
        long call = _ledger.NewCall();
        Add(call, Outcome.Buffered, 5, new Step { Key = "a", Kind = StepKind.Put, Tag = Ledger.NewTag(call, 0) });
        Assert.Equal(isAllowed, Close(Observation.Absent, Observation.Absent, crash).Count == 0);
    }

    [Fact]
    public void Close_TwoWinnersOfOneVersion_IsAViolation()
    {
        Put("a", 1);
        long first = _ledger.NewCall();
        long second = _ledger.NewCall();
        long began = ++_now;
        foreach ((long call, long sequence) in ((long, long)[])[(first, 2), (second, 3)])
        {
            var step = new Step { Key = "a", Kind = StepKind.Put, Tag = Ledger.NewTag(call, 0), IfVersion = 1, Existed = true };
            _ledger.Add(new Call { Number = call, Began = began, Ended = began + 10, Outcome = Outcome.Acknowledged, Sequence = sequence, Steps = [step] });
        }

        _now += 20;
        Contains("not linearizable: a", Close(new Observation(Ledger.NewTag(second, 0), 3), Observation.Absent));
    }

    private IReadOnlyList<string> TornTheOtherWay()
    {
        (_, Observation b) = Batch(Outcome.Unknown, 5);
        return Close(Observation.Absent, b);
    }

    private Observation Put(string key, long sequence)
    {
        long call = _ledger.NewCall();
        long tag = Ledger.NewTag(call, 0);
        Add(call, Outcome.Acknowledged, sequence, new Step { Key = key, Kind = StepKind.Put, Tag = tag });
        return new Observation(tag, sequence);
    }

    private Observation PutUnanswered(string key, long sequence)
    {
        long call = _ledger.NewCall();
        long tag = Ledger.NewTag(call, 0);
        Add(call, Outcome.Unknown, null, new Step { Key = key, Kind = StepKind.Put, Tag = tag });
        return new Observation(tag, sequence);
    }

    private (Observation A, Observation B) Batch(Outcome outcome, long sequence)
    {
        long call = _ledger.NewCall();
        Step[] steps = [.. new[] { "a", "b" }.Select((key, index) => new Step { Key = key, Kind = StepKind.Put, Tag = Ledger.NewTag(call, index) })];
        Add(call, outcome, outcome == Outcome.Unknown ? null : sequence, steps);
        return (new Observation(steps[0].Tag, sequence), new Observation(steps[1].Tag, sequence));
    }

    private void Delete(string key, bool existed, long? sequence) =>
        Add(Outcome.Acknowledged, sequence, new Step { Key = key, Kind = StepKind.Delete, Existed = existed });

    private void Read(string key, Observation found) =>
        Add(Outcome.Acknowledged, null, new Step { Key = key, Kind = StepKind.Read, Found = found });

    private void Add(Outcome outcome, long? sequence, params Step[] steps) => Add(_ledger.NewCall(), outcome, sequence, steps);

    private void Add(long call, Outcome outcome, long? sequence, params Step[] steps)
    {
        _ledger.Add(new Call { Number = call, Began = ++_now, Ended = ++_now, Outcome = outcome, Sequence = sequence, Steps = steps });
    }

    private IReadOnlyList<string> Close(Observation a, Observation b, CrashKind crash = CrashKind.Kill) =>
        _ledger.Close(crash, ++_now, new Dictionary<string, Observation> { ["a"] = a, ["b"] = b });

    private static void Contains(string text, IReadOnlyList<string> violations) =>
        Assert.Contains(violations, violation => violation.Contains(text, StringComparison.Ordinal));
}
