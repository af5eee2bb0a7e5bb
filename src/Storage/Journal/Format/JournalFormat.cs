namespace DocService.Storage.Journal.Format;

/// <summary>The numbers of the journal's format; docs/on-disk-format.md draws them to the byte and must match.</summary>
internal static class JournalFormat
{
    /// <summary>
    /// Groups begin on this boundary and are padded to the next, so that no byte of a synced block is ever written
    /// again: devices write whole blocks, and a torn rewrite would take acknowledged records with it.
    /// </summary>
    public const int BlockBytes = 4096;

    /// <summary>Records and operations begin on multiples of this inside their group.</summary>
    public const int Alignment = 8;

    /// <summary>Version in the header of every segment that is begun: the format of the directory. See <see cref="IsKnown"/>.</summary>
    public const int Version = 3;

    /// <summary>Version in the headers of format 2, which knew no fields: its records are read as they are.</summary>
    private const int VersionOfFormat2 = 1;

    /// <summary>Identifies XXH3 with 64 bits, the one checksum algorithm so far; stored beside every checksum.</summary>
    public const byte Xxh3 = 1;

    /// <summary>Sequences stay below it: versions stay exact in JSON readers that keep numbers as doubles.</summary>
    public const long SequenceMax = 1_000_000_000_000_000;

    /// <summary>Smallest segment: its header, a group, and room for a seal.</summary>
    public const long SegmentBytesMin = 16 * BlockBytes;

    /// <summary>Largest segment: offsets inside one fit a record's 32-bit lengths with room to spare.</summary>
    public const long SegmentBytesMax = 1L << 30;

    /// <summary>Whether segments with that version in their header can be read.</summary>
    public static bool IsKnown(int version) => version is Version or VersionOfFormat2;

    /// <summary>The position rounded up to the next block.</summary>
    public static long BlockAlign(long position) => (position + BlockBytes - 1) / BlockBytes * BlockBytes;

    /// <summary>The length rounded up to the alignment of records.</summary>
    public static int Align(int length) => (length + Alignment - 1) / Alignment * Alignment;
}
