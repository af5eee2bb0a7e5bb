namespace DocService.Storage;

/// <summary>How far a write has come. Each level keeps what the ones before it keep.</summary>
public enum DurabilityLevel
{
    /// <summary>The filesystem cannot keep data through a power cut (tmpfs, barriers off); nothing more can be said.</summary>
    Volatile,

    /// <summary>Written to the journal file, its sync on the way: survives a kill of the process.</summary>
    Buffered,

    /// <summary>The sync that covers it has returned: survives a power cut.</summary>
    Durable,

    /// <summary>The document's own file is in place and its directory synced: survives a power cut, readable without DocService.</summary>
    Filed,

    /// <summary>On the disks of as many standbys as are asked for, too: survives the loss of the machine. An engine that stands on a replicated database has it.</summary>
    Replicated,
}
