using DocService.Storage.Followers;

namespace DocService.Index.Families;

/// <summary>The rows as they were at one moment: all that plans, searches, and listings know of what keeps them.</summary>
/// <remarks>Thread: any, one at a time. What it gives is disposed before it.</remarks>
internal interface IRowSnapshot : IDisposable
{
    /// <summary>What all snapshots of this moment read alike, read by the first of them. It is always asked for by the same type.</summary>
    T Once<T>(Func<T> read)
        where T : class;

    /// <summary>Reads keys from one up to another.</summary>
    /// <param name="family">Where.</param>
    /// <param name="from">The first key.</param>
    /// <param name="to">The first behind; empty where there is no end.</param>
    /// <param name="keepsCache">Everything is read once: it must not push out of a cache what is read often.</param>
    RowCursor Iterate(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool keepsCache = false);

    /// <summary>Reads single keys.</summary>
    RowLookup Look(Family family);

    /// <summary>About how many bytes the keys from one up to another take, as of now; 0 where that is not known.</summary>
    long MeasureBytes(Family family, byte[] from, byte[] to);

    /// <summary>The files in which the rows stand now; none where they are in no files of this process.</summary>
    IReadOnlyList<CopyFile> ListFiles();
}
