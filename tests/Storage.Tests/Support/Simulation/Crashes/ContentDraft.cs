namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>A file's content while sectors are being put into it or spoilt.</summary>
/// <remarks>
/// Owns: private copies of the pages it has touched.
/// Thread: one.
/// Invariants: the content it started from stays as it is.
/// On failure: thrown away by its maker.
/// </remarks>
internal sealed class ContentDraft(FileContent start)
{
    private readonly Dictionary<long, byte[]> _pages = [];

    // Pages whose array is nobody else's.
    private readonly HashSet<long> _private = [];

    public void Apply(PageWrite write, int sectors)
    {
        const int AllSectors = (1 << FileContent.SectorsPerPage) - 1;
        if (sectors == AllSectors)
        {
            _pages[write.Page] = write.Bytes;
            _ = _private.Remove(write.Page);
            return;
        }

        byte[] page = Own(write.Page);
        for (int sector = 0; sector < FileContent.SectorsPerPage; sector++)
        {
            if ((sectors & (1 << sector)) != 0)
            {
                Sector(write.Bytes, sector).CopyTo(Sector(page, sector));
            }
        }
    }

    public Span<byte> Edit(long page, int sector) => Sector(Own(page), sector);

    public FileContent ToContent(long length)
    {
        if (_pages.Count == 0)
        {
            return start.WithLength(length);
        }

        var pages = start.Pages.ToBuilder();
        long pageEnd = start.PageEnd;
        foreach (var (page, bytes) in _pages)
        {
            pages[page] = bytes;
            pageEnd = Math.Max(pageEnd, page + 1);
        }

        return new FileContent(pages.ToImmutable(), length, pageEnd);
    }

    private static Span<byte> Sector(byte[] page, int sector) => page.AsSpan(sector * FileContent.SectorBytes, FileContent.SectorBytes);

    private byte[] Own(long page)
    {
        byte[] current = _pages.TryGetValue(page, out byte[]? touched) ? touched : start.PageOrZeros(page);
        if (!_private.Add(page))
        {
            return current;
        }

        byte[] copy = [.. current];
        _pages[page] = copy;
        return copy;
    }
}
