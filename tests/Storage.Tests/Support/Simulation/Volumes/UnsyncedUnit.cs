namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>The smallest thing that reaches a disk or does not: a sector, a length, an entry operation.</summary>
/// <param name="Ordinal">Number of the call that made it.</param>
/// <param name="Inode">The file or directory it belongs to.</param>
/// <param name="Change">A <see cref="PageWrite"/>, <see cref="LengthChange"/> or <see cref="EntryChange"/>.</param>
/// <param name="Sector">Which sector of a page write.</param>
internal readonly record struct UnsyncedUnit(long Ordinal, long Inode, object Change, int Sector = 0)
{
    public bool IsEntry => Change is EntryChange;

    public bool IsSector => Change is PageWrite;

    /// <summary>All units of a volume, in the order in which the calls were made.</summary>
    public static UnsyncedUnit[] Of(Volume volume)
    {
        var units = new List<UnsyncedUnit>();
        foreach (long number in volume.Changed)
        {
            switch (volume.Inodes[number])
            {
                case FileInode file:
                    AddFile(units, file);
                    break;
                case DirectoryInode directory:
                    units.AddRange(directory.Changes.Select(change => new UnsyncedUnit(change.Ordinal, number, change)));
                    break;
            }
        }

        // Stable: within one call the order is that of the file.
        return [.. units.OrderBy(unit => unit.Ordinal)];
    }

    private static void AddFile(List<UnsyncedUnit> units, FileInode file)
    {
        foreach (PageWrite write in file.Writes)
        {
            for (int sector = 0; sector < FileContent.SectorsPerPage; sector++)
            {
                if ((write.Sectors & (1 << sector)) != 0)
                {
                    units.Add(new UnsyncedUnit(write.Ordinal, file.Number, write, sector));
                }
            }
        }

        units.AddRange(file.Lengths.Select(length => new UnsyncedUnit(length.Ordinal, file.Number, length)));
    }
}
