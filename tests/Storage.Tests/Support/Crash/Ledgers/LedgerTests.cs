namespace DocService.Storage.Tests.Support.Crash.Ledgers;

/// <summary>The judge can fail: each kind of wrong history is objected to, and its rightful neighbour is not.</summary>
public sealed class LedgerTests
{
    private const string A = "a";
    private const string B = "b";

    private static readonly Note Cut = new Note.Restarted();

    [Fact]
    public void Read_OfTheAcknowledgedVersion_IsAccepted() =>
        AssertAccepted([.. Put(1, A, 5), .. Sees(2, A, 5, "1"), Cut, .. Sees(3, A, 5, "1")]);

    [Fact]
    public void Read_OfALostAcknowledgedWrite_IsObjectedTo() =>
        AssertObjection("nobody has deleted it", [.. Put(1, A, 5), Cut, .. Sees(2, A)]);

    [Fact]
    public void Read_OfAnOlderVersion_IsObjectedTo() =>
        AssertObjection("is older", [.. Put(1, A, 5), .. Put(2, A, 6), Cut, .. Sees(3, A, 5, "1")]);

    [Fact]
    public void Read_OfWhatWasReadBefore_IsDemandedToo() =>
        AssertObjection("nobody has deleted it", [Asked(1, (A, "1")), .. Sees(2, A, 5, "1"), Cut, .. Sees(3, A)]);

    [Fact]
    public void Read_OfAResurrectedDocument_IsObjectedTo() =>
        AssertObjection("is older", [.. Put(1, A, 5), Asked(2, (A, null)), new Note.Acknowledged(2, 6), Cut, .. Sees(3, A, 5, "1")]);

    [Fact]
    public void Read_OfATornBody_IsObjectedTo() =>
        AssertObjection("no body that anybody wrote", [Asked(1, (A, "1")), Cut, .. Sees(2, A, 5, "1 and more")]);

    [Fact]
    public void Read_OfARefusedWrite_IsObjectedTo() =>
        AssertObjection("refused", [Asked(1, (A, "1")), new Note.Refused(1, "full"), .. Sees(2, A, 5, "1")]);

    [Fact]
    public void Refusal_OfWhatWasRead_IsObjectedTo() =>
        AssertObjection("refused later", [Asked(1, (A, "1")), .. Sees(2, A, 5, "1"), new Note.Refused(1, "full")]);

    [Fact]
    public void Read_OfAWriteWhoseSyncFailed_IsObjectedToUntilARestart()
    {
        Note[] doubtful = [Asked(1, (A, "1")), new Note.LeftOpen(1, "sync")];

        AssertObjection("sync has failed", [.. doubtful, .. Sees(2, A, 5, "1")]);
        AssertAccepted([.. doubtful, Cut, .. Sees(2, A, 5, "1")]);
    }

    [Fact]
    public void Read_OfAWriteThatWasLostBefore_IsObjectedTo() =>
        AssertObjection("lost before", [Asked(1, (A, "1")), Cut, .. Sees(2, A), .. Sees(3, A, 5, "1")]);

    [Fact]
    public void Version_WithTwoContents_IsObjectedTo() =>
        AssertObjection("names two contents", [Asked(1, (A, "1")), Asked(2, (A, "2")), new Note.Acknowledged(1, 5), new Note.Acknowledged(2, 5)]);

    [Fact]
    public void Version_OfTwoDocumentsOfDifferentWrites_IsObjectedTo() =>
        AssertObjection("names two contents", [Asked(1, (A, "1")), Asked(2, (B, "2")), new Note.Acknowledged(1, 5), .. Sees(3, B, 5, "2")]);

    [Fact]
    public void Version_OtherThanAcknowledged_IsObjectedTo() =>
        AssertObjection("answered or read as 5", [.. Put(1, A, 5), Cut, .. Sees(2, A, 6, "1")]);

    [Fact]
    public void Version_HandedOutAgainAfterADiscardedTail_IsObjectedTo() =>
        AssertObjection("had been handed out", [.. Put(1, A, 5), Cut, Asked(2, (A, "2")), new Note.Acknowledged(2, 5)]);

    [Fact]
    public void Failure_OnAHealthyDisk_IsObjectedTo()
    {
        AssertObjection("refused on a healthy disk", [Cut, Asked(1, (A, "1")), new Note.Refused(1, "full")]);
        AssertObjection("left open on a healthy disk", [Cut, Asked(1, (A, "1")), new Note.LeftOpen(1, "sync")]);
        AssertObjection("failed on a healthy disk", [Cut, new Note.ReadBegun(1, A), new Note.ReadFailed(1, "damaged")]);
    }

    [Fact]
    public void Store_WithAnotherIdentity_IsObjectedTo() =>
        AssertObjection("the store was", [new Note.Opened(Guid.NewGuid()), new Note.Opened(Guid.NewGuid())]);

    [Fact]
    public void Batch_OpenAtACut_IsAllOrNothing()
    {
        Note[] open = [.. Put(1, A, 5), Asked(2, (A, "2a"), (B, "2b")), Cut];

        AssertAccepted([.. open, .. Sees(3, A, 6, "2a"), .. Sees(4, B, 6, "2b")]);
        AssertAccepted([.. open, .. Sees(3, A, 5, "1"), .. Sees(4, B)]);
        AssertAccepted([.. open, .. Sees(3, B), .. Sees(4, A, 5, "1")]);
        AssertObjection("is older", [.. open, .. Sees(3, B, 6, "2b"), .. Sees(4, A, 5, "1")]);
        AssertObjection("nobody has deleted it", [.. open, .. Sees(3, A, 6, "2a"), .. Sees(4, B)]);
        AssertObjection("lost before", [.. open, .. Sees(3, A, 5, "1"), .. Sees(4, B, 6, "2b")]);
        AssertObjection("lost before", [.. open, .. Sees(3, B), .. Sees(4, A, 6, "2a")]);
        AssertObjection("answered or read as 6", [.. open, .. Sees(3, A, 6, "2a"), .. Sees(4, B, 7, "2b")]);
    }

    [Fact]
    public void Batch_OfPutAndDeleteOpenAtACut_IsAllOrNothing()
    {
        Note[] open = [.. Put(1, A, 5), Asked(2, (A, null), (B, "2b")), Cut];

        AssertAccepted([.. open, .. Sees(3, A), .. Sees(4, B, 6, "2b")]);
        AssertAccepted([.. open, .. Sees(3, A, 5, "1"), .. Sees(4, B)]);
        AssertObjection("nobody has deleted it", [.. open, .. Sees(3, A), .. Sees(4, B)]);
        AssertObjection("is older", [.. open, .. Sees(3, B, 6, "2b"), .. Sees(4, A, 5, "1")]);
        AssertObjection("lost before", [.. open, .. Sees(3, A, 5, "1"), .. Sees(4, B, 6, "2b")]);
    }

    [Fact]
    public void Batch_SeenByOneReaderInPart_IsObjectedToWithoutAnyCut() =>
        AssertObjection("is older", [.. Put(1, A, 5), Asked(2, (A, "2a"), (B, "2b")), .. Sees(3, B, 6, "2b"), .. Sees(4, A, 5, "1")]);

    /// <summary>Somebody else's write in place of one member says nothing: it may have come later.</summary>
    [Fact]
    public void Batch_OneMemberReplacedByAnOpenWrite_FixesOnlyAnUpperBound()
    {
        Note[] open = [.. Put(1, A, 5), Asked(2, (A, "2a"), (B, "2b")), Asked(3, (A, "3")), Cut, .. Sees(4, A, 7, "3")];

        AssertAccepted([.. open, .. Sees(5, B, 6, "2b")]);
        AssertAccepted([.. open, .. Sees(5, B)]);
        AssertObjection("torn", [.. open, .. Sees(5, B, 8, "2b")]);
    }

    [Fact]
    public void Batch_OneMemberAbsent_FixesNothingWhenAnotherDeleteMayHaveComeLater()
    {
        Note[] open = [Asked(1, (A, "1a"), (B, "1b")), Asked(2, (A, null)), Cut, .. Sees(3, A)];

        AssertAccepted([.. open, .. Sees(4, B, 5, "1b")]);
        AssertAccepted([.. open, .. Sees(4, B)]);
    }

    [Fact]
    public void Batch_AbsenceExplainedByTwoDeletes_FixesNeither()
    {
        Note[] open = [.. Put(1, A, 5), Asked(2, (A, null), (B, "2b")), Asked(3, (A, null)), Cut, .. Sees(4, A)];

        AssertAccepted([.. open, .. Sees(5, B)]);
        AssertAccepted([.. open, .. Sees(5, B, 6, "2b")]);
    }

    [Fact]
    public void Batch_Acknowledged_IsDemandedOfEachDocument()
    {
        Note[] done = [.. Put(1, A, 5), Asked(2, (A, null), (B, "2b")), new Note.Acknowledged(2, 6), Cut];

        AssertAccepted([.. done, .. Sees(3, A), .. Sees(4, B, 6, "2b")]);
        AssertObjection("is older", [.. done, .. Sees(3, A, 5, "1")]);
        AssertObjection("nobody has deleted it", [.. done, .. Sees(3, B)]);
    }

    [Fact]
    public void Buffered_IsDemandedAfterAKillAndNotAfterAPowerCut()
    {
        Note[] buffered = [Asked(1, (A, "1")), new Note.Buffered(1, 5)];

        AssertAccepted([.. buffered, Cut, .. Sees(2, A)]);
        AssertAccepted([.. buffered, new Note.Killed(), Cut, .. Sees(2, A, 5, "1")]);
        AssertObjection("nobody has deleted it", [.. buffered, new Note.Killed(), Cut, .. Sees(2, A)]);
    }

    [Fact]
    public void Delete_OfNothing_ExplainsNoAbsence() =>
        AssertObjection("nobody has deleted it", [Asked(1, (A, null)), new Note.Acknowledged(1, 0), .. Put(2, A, 5), Cut, .. Sees(3, A)]);

    /// <summary>The batch was read after its other document had been found deleted: the delete was taken for lost, and the next absence objected to.</summary>
    [Fact]
    public void Delete_UndecidedBehindAnUndecidedBatch_StillExplainsTheAbsence()
    {
        Note[] open = [Asked(1, (A, "1a"), (B, "1b")), Asked(2, (A, null)), Cut, .. Sees(3, A), .. Sees(4, B, 5, "1b")];

        AssertAccepted([.. open, .. Sees(5, A), Cut, .. Sees(6, A)]);
    }

    [Fact]
    public void Delete_UndecidedOfAProcessThatIsGone_DoesNotExplainTheLossOfALaterWrite() =>
        AssertObjection("nobody has deleted it", [Asked(1, (A, null)), Cut, .. Sees(2, A), .. Put(3, A, 50), Cut, .. Sees(4, A)]);

    [Fact]
    public void Reads_ConcurrentWithWrites_MayShowEither()
    {
        Note[] begun = [.. Put(1, A, 5), Asked(2, (A, "2")), new Note.ReadBegun(3, A), new Note.Acknowledged(2, 6)];

        AssertAccepted([.. begun, new Note.ReadEnded(3, 5, "1")]);
        AssertAccepted([.. begun, new Note.ReadEnded(3, 6, "2")]);
        AssertObjection("is older", [.. begun, .. Sees(4, A, 5, "1")]);
    }

    private static Note.Issued Asked(int operation, params (string Id, string? Body)[] changes) =>
        new(operation, [.. changes.Select(change => new Note.Change(change.Id, change.Body))]);

    /// <summary>A put that is acknowledged; its body is its number.</summary>
    private static Note[] Put(int operation, string id, long version) =>
        [Asked(operation, (id, $"{operation}")), new Note.Acknowledged(operation, version)];

    private static Note[] Sees(int operation, string id, long version = 0, string? body = null) =>
        [new Note.ReadBegun(operation, id), new Note.ReadEnded(operation, version, body)];

    private static void AssertAccepted(Note[] notes) => Assert.Null(new Ledger(notes).Violation);

    private static void AssertObjection(string words, Note[] notes) => Assert.Contains(words, new Ledger(notes).Violation ?? "no objection");
}
