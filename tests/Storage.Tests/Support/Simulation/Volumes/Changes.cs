using System.Collections.Immutable;

namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>
/// Sectors of one page handed to the operating system and not made durable by a sync. Each sector may reach the disk
/// on its own, and carries the bytes that the page had after the write.
/// </summary>
/// <param name="Ordinal">Number of the call that wrote them; orders changes over the whole volume.</param>
/// <param name="Page">Index of the page in the file.</param>
/// <param name="Sectors">Bit n set: sector n of the page was written.</param>
/// <param name="Bytes">The whole page.</param>
/// <param name="Doubtful">A sync of these has failed: the page is marked clean, and no later sync writes it.</param>
internal sealed record PageWrite(long Ordinal, long Page, int Sectors, byte[] Bytes, bool Doubtful = false);

/// <summary>Growth of a file that is metadata of its own: it may reach the disk without the bytes, or the bytes without it.</summary>
internal sealed record LengthChange(long Ordinal, long Length, bool Doubtful = false);

/// <summary>
/// An entry operation of one directory that is not durable; it reaches the disk whole or not at all. A rename within
/// the directory takes one name away and gives another one in a single change.
/// </summary>
internal sealed record EntryChange(long Ordinal, ImmutableArray<EntryAssignment> Assignments, bool Doubtful = false);

/// <summary>The name leads to the inode from now on; to nothing when that is null.</summary>
internal readonly record struct EntryAssignment(string Name, long? Inode);
