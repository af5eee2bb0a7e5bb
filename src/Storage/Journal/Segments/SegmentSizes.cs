namespace DocService.Storage.Journal.Segments;

/// <summary>How large segments are, and how many files there are of them.</summary>
/// <param name="SegmentBytes">Length of one.</param>
/// <param name="Reserve">Spares kept for deletes on a full disk.</param>
/// <param name="Journal">Segments that the journal may have, its reserve included.</param>
internal readonly record struct SegmentSizes(long SegmentBytes, int Reserve, int Journal)
{
    /// <summary>What an opening may need on a full disk: one segment for the tail written anew, one to go on in.</summary>
    public const int ForRecovery = 2;

    /// <summary>How many spares stand by: the reserve, those for recovery alone, and the segment about to be begun.</summary>
    public int SparesMin => Reserve + ForRecovery + 1;

    /// <summary>How many are kept: the whole journal, where nothing of it is in use.</summary>
    public int SparesMax => Journal + ForRecovery;
}
