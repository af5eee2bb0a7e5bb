namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>What orders the changes that reach a disk.</summary>
internal enum DurabilityProfile
{
    /// <summary>Only syncs order anything: a file's sync its bytes and length, a directory's sync its entries.</summary>
    Adversarial,

    /// <summary>
    /// Entry operations of the whole volume reach the disk in order, and every sync commits all that came before it.
    /// Bytes and lengths behave as in <see cref="Adversarial"/>.
    /// </summary>
    Ext4Ordered,
}
