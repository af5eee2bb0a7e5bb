namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>One choice of what reached the disk.</summary>
/// <param name="Name">For messages: how it was chosen.</param>
/// <param name="Reached">For each unit, in their order, whether it did.</param>
/// <param name="Missing">What stands in the place of sectors that did not.</param>
internal readonly record struct CrashSelection(string Name, bool[] Reached, MissingContent Missing)
{
    public override string ToString() => $"{Name}, missing bytes {Missing}";

    /// <summary>
    /// Under <see cref="DurabilityProfile.Ext4Ordered"/> no entry operation reaches the disk after one that did not;
    /// the two halves of one rename count as one.
    /// </summary>
    public void KeepEntriesInOrder(UnsyncedUnit[] units)
    {
        long cut = long.MaxValue;
        for (int index = 0; index < units.Length; index++)
        {
            if (units[index].IsEntry && !Reached[index])
            {
                cut = Math.Min(cut, units[index].Ordinal);
            }
        }

        for (int index = 0; index < units.Length; index++)
        {
            Reached[index] &= !units[index].IsEntry || units[index].Ordinal < cut;
        }
    }
}
