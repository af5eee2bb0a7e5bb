namespace DocService.Storage.Reports;

/// <summary>What the store can do at present.</summary>
public enum StoreState
{
    /// <summary>Reads and writes.</summary>
    Ready,

    /// <summary>Out of space: reads and deletes; leaves by itself when there is room again.</summary>
    ReadOnly,

    /// <summary>A sync failed, so what is durable is unknown: reads of published data go on, writes are refused until restart.</summary>
    Fenced,

    /// <summary>Committed data in the journal cannot be read: nothing is served.</summary>
    Damaged,

    /// <summary>The database does not answer, or cannot be used at present: requests are refused once they have waited for it. Leaves by itself.</summary>
    Unavailable,
}
