using DocService.Storage.Io;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Journal.Reading;

/// <summary>The truth table of recovery, a test for each row.</summary>
public sealed class JournalVerdictTests
{
    private static readonly Guid StoreId = Guid.Parse("6f1d8a8e-1111-4222-8333-944455566677");

    public static TheoryData<BadForm> Forms => [.. Enum.GetValues<BadForm>()];

    [Fact]
    public void Of_ValidRecordsAboveF_ArePending()
    {
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0).Put(2, "b", 1).Put(3, "c", 2, filed: 1));

        Assert.Equal([2L, 3L], Sequences(verdict));
        Assert.Equal((2, 1, 3, 3), (verdict.DurableThrough, verdict.FiledThrough, verdict.End, verdict.HandedOutThrough));
        Assert.Empty(verdict.Damage);
        Assert.False(verdict.IsCleanStop);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Of_BadRecordAtOrBelowF_IsIgnored(BadForm form)
    {
        SegmentForge later = Segment(2, startsAfter: 2, durable: 2, filed: 2).Put(3, "c", 2, filed: 2);
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0).Put(2, "b", 1).Spoil(2, form), later);

        Assert.Equal([3L], Sequences(verdict));
        Assert.Empty(verdict.Damage);
        Assert.Equal(0, verdict.DiscardedRecords);
    }

    [Fact]
    public void Of_MissingSegmentBelowF_IsIgnored()
    {
        JournalVerdict verdict = Judge(Segment(7, startsAfter: 40, filed: 40).Put(41, "a", 40, filed: 40));

        Assert.Equal([41L], Sequences(verdict));
        Assert.Empty(verdict.Damage);
    }

    [Fact]
    public void Of_ResurrectedOldSegment_IsIgnored()
    {
        JournalVerdict verdict = Judge(
            Segment(1).Put(1, "a", 0).Put(2, "b", 1),
            Segment(9, startsAfter: 40, filed: 40).Put(41, "a", 40, filed: 40));

        Assert.Equal([41L], Sequences(verdict));
        Assert.Empty(verdict.Damage);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Of_FirstBadRecordAboveW_EndsTheLog(BadForm form)
    {
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0).Put(2, "b", 1).Put(3, "c", 1).Spoil(3, form));

        Assert.Equal([1L, 2L], Sequences(verdict));
        Assert.Equal(2, verdict.End);
        Assert.Empty(verdict.Damage);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Of_RecordsBehindABadOneAboveW_AreDiscarded(BadForm form)
    {
        // Three groups' worth of blocks that one unsynced group wrote: what lies behind the bad one is intact.
        SegmentForge segment = Segment(1).Put(1, "a", 0).Put(2, "b", 1).Put(3, "c", 1).Put(4, "d", 1).Spoil(2, form);
        JournalVerdict verdict = Judge(segment);

        Assert.Equal([1L], Sequences(verdict));
        Assert.Equal(form switch { BadForm.CutOff => 1, BadForm.Payload => 3, _ => 2 }, verdict.DiscardedRecords); // the bad one where its header can be read
        Assert.Equal(1, verdict.End);
        Assert.Equal(form == BadForm.CutOff ? 1 : 4, verdict.HandedOutThrough);
        Assert.Empty(verdict.Damage);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Of_BadRecordUpToW_IsDamage(BadForm form)
    {
        SegmentForge segment = Segment(1).Put(1, "a", 0).Put(2, "b", 1).Put(3, "c", 2).Put(4, "d", 3);
        int offset = segment.OffsetOf(2);
        SegmentForge later = Segment(2, startsAfter: 4);
        JournalVerdict verdict = Judge(segment.Spoil(2, form), later);

        JournalDamage damage = verdict.Damage[0];
        Assert.Equal((2, segment.Name), (damage.FirstSequence, damage.File));

        // Exact where the record says of itself who it is; else from the end of the one before.
        Assert.InRange(damage.Offset, form is BadForm.Payload or BadForm.CutOff ? offset : segment.OffsetOf(1) + 1, offset);
        Assert.Equal(form == BadForm.CutOff ? 4 : 2, damage.LastSequence);
        Assert.Equal(form == BadForm.Payload ? ["b"] : [], damage.Ids);
        Assert.Equal(form == BadForm.CutOff ? [1L] : [1L, 3L, 4L], Sequences(verdict));
    }

    [Fact]
    public void Of_LengthDamagedInMidJournal_FindsWBehindItAndNamesTheDamage()
    {
        // W stands only in the last record, behind the damage.
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0).Put(2, "b", 0).Put(3, "c", 2).Spoil(1, BadForm.Length));

        Assert.Equal(2, verdict.DurableThrough);
        Assert.Equal((1, 1), (verdict.Damage[0].FirstSequence, verdict.Damage[0].LastSequence));
    }

    [Fact]
    public void Of_WOnlyInALaterHeader_CountsForOlderSegments()
    {
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0).Put(2, "b", 0).Spoil(2, BadForm.Zeros), Segment(2, startsAfter: 2));

        Assert.Equal((2, 2), (verdict.Damage[0].FirstSequence, verdict.Damage[0].LastSequence));
    }

    [Fact]
    public void Of_NoSegment_IsDamage() => Assert.Equal("(no segment)", Judge().Damage[0].File);

    [Fact]
    public void Of_SegmentMissingInTheMiddle_IsDamage()
    {
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0), Segment(3, startsAfter: 5).Put(6, "f", 5));

        JournalDamage damage = Assert.Single(verdict.Damage);
        Assert.Equal((2, 5), (damage.FirstSequence, damage.LastSequence));
        Assert.Equal([1L, 6L], Sequences(verdict));
    }

    [Fact]
    public void Of_NewestHeaderDamaged_IsDamage()
    {
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0), Segment(2, startsAfter: 1).Put(2, "b", 1).SpoilHeader());

        Assert.Equal("00000002.journal", Assert.Single(verdict.Damage).File);
    }

    [Fact]
    public void Of_OlderHeaderDamagedAndNotNeeded_IsIgnored()
    {
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0).SpoilHeader(), Segment(2, startsAfter: 1, filed: 1).Put(2, "b", 1, filed: 1));

        Assert.Empty(verdict.Damage);
        Assert.Equal([2L], Sequences(verdict));
    }

    [Fact]
    public void Of_OlderHeaderDamagedAndNeeded_NamesThatFile()
    {
        JournalVerdict verdict = Judge(
            Segment(1).Put(1, "a", 0),
            Segment(2, startsAfter: 1).Put(2, "b", 1).Put(3, "c", 2).SpoilHeader(),
            Segment(3, startsAfter: 3).Put(4, "d", 3));

        Assert.Contains(verdict.Damage, damage => (damage.File, damage.FirstSequence, damage.LastSequence) == ("00000002.journal", 2, 3));
    }

    [Fact]
    public void Of_StartsAfter_VoidsLaterRecordsOfLowerSegments()
    {
        JournalVerdict verdict = Judge(
            Segment(1).Put(1, "a", 0).Put(2, "b", 1).Put(3, "c", 1),
            Segment(2, startsAfter: 1, first: 4).Put(4, "d", 1));

        Assert.Equal([1L, 4L], Sequences(verdict));
        Assert.Equal(["00000001.journal", "00000002.journal"], verdict.Live.Select(live => live.Scan.Name));
        Assert.Empty(verdict.Damage);
        Assert.Equal(0, verdict.DiscardedRecords);
    }

    [Fact]
    public void Of_SkippedSequencesOfSeveralOpenings_AreNotMissing()
    {
        JournalVerdict verdict = Judge(
            Segment(1).Put(1, "a", 0).Put(2, "b", 1),
            Segment(2, startsAfter: 2, first: 1000),
            Segment(3, startsAfter: 2, first: 2000).Put(2000, "c", 2).Put(2001, "d", 2000));

        Assert.Equal([1L, 2L, 2000L, 2001L], Sequences(verdict));
        Assert.Empty(verdict.Damage);
        Assert.Equal(2001, verdict.HandedOutThrough);
    }

    [Fact]
    public void Of_DiscardedRecordAboveEverySkip_StillCountsAsHandedOut()
    {
        JournalVerdict verdict = Judge(
            Segment(1).Put(1, "a", 0).Put(9, "x", 0),
            Segment(2, startsAfter: 1, first: 5));

        Assert.Equal(9, verdict.HandedOutThrough);
    }

    [Fact]
    public void Of_CleanStop_SaysSo()
    {
        SegmentForge segment = Segment(1).Put(1, "a", 0).Seal(1, 1, 1, RecordType.CleanStop);
        JournalVerdict verdict = Judge(segment);

        Assert.True(verdict.IsCleanStop);
        Assert.Empty(verdict.Live);
        Assert.Equal((1, 1), (verdict.End, verdict.HandedOutThrough));
    }

    [Fact]
    public void Of_RecordBehindACleanStop_IsNoCleanStop()
    {
        JournalVerdict verdict = Judge(Segment(1).Put(1, "a", 0).Seal(1, 1, 1, RecordType.CleanStop).Put(2, "b", 1, filed: 1));

        Assert.False(verdict.IsCleanStop);
        Assert.Equal([2L], Sequences(verdict));
    }

    [Fact]
    public void Of_SegmentBegunAfterACleanStop_IsNoCleanStop()
    {
        JournalVerdict verdict = Judge(
            Segment(1).Put(1, "a", 0).Seal(1, 1, 1, RecordType.CleanStop),
            Segment(2, startsAfter: 1, filed: 1));

        Assert.False(verdict.IsCleanStop);
        Assert.Empty(verdict.Live);
    }

    [Fact]
    public void Of_CopyOfASegmentUnderAnotherNumber_IsNoSegment()
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory("/j");
        disk.Disk.Write("/j/00000001.journal", Segment(1).Put(1, "a", 0).Bytes);
        disk.Disk.Write("/j/00000000.journal", Segment(1).Put(1, "a", 0).Bytes);

        JournalVerdict verdict = JournalVerdict.Of(Scan(disk, StoreId, "00000000.journal", "00000001.journal"));

        Assert.Equal([1L], Sequences(verdict));
        Assert.Empty(verdict.Damage);
    }

    [Fact]
    public void Of_SegmentOfAnotherStore_IsDamageWhenNewest()
    {
        var foreign = new SegmentForge(Guid.NewGuid(), 2, startsAfter: 1);
        Assert.Equal("00000002.journal", Assert.Single(Judge(Segment(1).Put(1, "a", 0), foreign).Damage).File);
    }

    private static SegmentForge Segment(long number, long startsAfter = 0, long? first = null, long? durable = null, long filed = 0) =>
        new(StoreId, number, startsAfter, first, durable, filed);

    private static long[] Sequences(JournalVerdict verdict) => [.. verdict.Live.Select(live => live.Sequence)];

    private static JournalVerdict Judge(params SegmentForge[] segments)
    {
        var disk = new SimulatedFileSystem();
        disk.Disk.CreateDirectory("/j");
        foreach (SegmentForge segment in segments)
        {
            disk.Disk.Write($"/j/{segment.Name}", segment.Bytes);
        }

        return JournalVerdict.Of(Scan(disk, StoreId, [.. segments.Select(segment => segment.Name).Reverse()]));
    }

    private static List<JournalScan> Scan(SimulatedFileSystem disk, Guid storeId, params string[] names)
    {
        using IDirectory directory = disk.TryOpenDirectory("/j")!;
        var scans = new List<JournalScan>();
        byte[] buffer = [];
        foreach (string name in names)
        {
            using IFile file = directory.TryOpen(name, FileAccess.Read)!;
            scans.Add(JournalScan.Read(file, name, new Lineage(storeId), isWhole: false, ref buffer));
        }

        return scans;
    }
}
