namespace DocService.Index;

/// <summary>What an index is doing.</summary>
public enum IndexStage
{
    /// <summary>The store has not been opened yet.</summary>
    NotStarted,

    /// <summary>It follows the log and answers.</summary>
    Following,

    /// <summary>It reads all documents, and does not answer.</summary>
    Building,

    /// <summary>It was removed because the disk is full, or could not be made, and tries again later. It does not answer.</summary>
    Waiting,

    /// <summary>The store stops.</summary>
    Stopped,
}
