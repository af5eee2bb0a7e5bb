namespace DocService.Storage.Journal.Segments;

/// <summary>How large segments are, and how many files there are of them.</summary>
/// <param name="SegmentBytes">Length of one.</param>
/// <param name="Reserve">Spares kept for deletes on a full disk.</param>
/// <param name="Journal">Segments that the journal may have, its reserve included.</param>
internal readonly record struct SegmentSizes(long SegmentBytes, int Reserve, int Journal)
{
    /// <summary>What an opening may need on a full disk: one segment for the tail written anew, one to go on in.</summary>
    public const int ForRecovery = 2;

    /// <summary>The least number of spares: the reserve, those for recovery alone, and the next segment.</summary>
    public int SparesMin => Reserve + ForRecovery + 1;

    /// <summary>The most spares that are kept: the whole journal, when nothing of it is in use.</summary>
    public int SparesMax => Journal + ForRecovery;
}
