using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.CompilerServices;

namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>The bytes of one file at one moment, in pages that many versions share.</summary>
/// <remarks>
/// Owns: nothing that changes; every edit returns another instance.
/// Thread: any.
/// Invariants: a page that is missing is a hole; no array of a page is changed after it was stored; an all-zero page
/// that was written is stored as <see cref="ZeroPage"/>, so preallocated files cost no memory.
/// On failure: none of its methods fails.
/// </remarks>
internal sealed class FileContent
{
    /// <summary>Allocation unit of the volume, and the page of the page cache.</summary>
    public const int PageBytes = 4096;

    /// <summary>What a device writes or does not write as a whole.</summary>
    public const int SectorBytes = 512;

    public const int SectorsPerPage = PageBytes / SectorBytes;

    public static readonly byte[] ZeroPage = new byte[PageBytes];

    public static readonly FileContent Empty = new(ImmutableSortedDictionary<long, byte[]>.Empty, 0, 0);

    // Boxed, so that threads that hash at the same time store it in one piece.
    private StrongBox<UInt128>? _hash;

    public FileContent(ImmutableSortedDictionary<long, byte[]> pages, long length, long pageEnd)
    {
        Pages = pages;
        Length = length;
        PageEnd = pageEnd;
    }

    public ImmutableSortedDictionary<long, byte[]> Pages { get; }

    public long Length { get; }

    /// <summary>No page is stored at or behind this index; kept because a sorted dictionary does not know its last key.</summary>
    public long PageEnd { get; }

    public long Blocks => Pages.Count;

    public byte[] PageOrZeros(long page) => Pages.GetValueOrDefault(page, ZeroPage);

    /// <summary>Number of bytes read: less than asked only at the end.</summary>
    public int Read(Span<byte> buffer, long offset)
    {
        int wanted = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        for (int done = 0; done < wanted;)
        {
            long position = offset + done;
            int start = (int)(position % PageBytes);
            int count = Math.Min(PageBytes - start, wanted - done);
            PageOrZeros(position / PageBytes).AsSpan(start, count).CopyTo(buffer[done..]);
            done += count;
        }

        return wanted;
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        _ = Read(bytes, 0);
        return bytes;
    }

    public static FileContent From(ReadOnlySpan<byte> bytes) => Empty.Write(bytes, 0, 0, long.MaxValue).Content;

    /// <summary>
    /// Writes as much as fits into <paramref name="freeBlocks"/> new blocks. Each page that was touched is reported
    /// with all its bytes after the write, because that is what the page cache hands to the device.
    /// </summary>
    public WriteOutcome Write(ReadOnlySpan<byte> bytes, long offset, long ordinal, long freeBlocks)
    {
        var pages = Pages.ToBuilder();
        var writes = ImmutableList.CreateBuilder<PageWrite>();
        var lengths = ImmutableList.CreateBuilder<LengthChange>();
        long length = Length;
        long pageEnd = PageEnd;
        int done = 0;
        while (done < bytes.Length)
        {
            long position = offset + done;
            long page = position / PageBytes;
            int start = (int)(position % PageBytes);
            int count = Math.Min(PageBytes - start, bytes.Length - done);
            bool allocated = pages.TryGetValue(page, out byte[]? old);
            if (!allocated && --freeBlocks < 0)
            {
                break;
            }

            byte[] merged = Merge(old, bytes.Slice(done, count), start);
            pages[page] = merged;
            pageEnd = Math.Max(pageEnd, page + 1);
            writes.Add(new PageWrite(ordinal, page, SectorMask(start, count), merged));
            done += count;
            if (offset + done > length)
            {
                length = offset + done;
                lengths.Add(new LengthChange(ordinal, length));
            }
        }

        return new WriteOutcome(new FileContent(pages.ToImmutable(), length, pageEnd), writes.ToImmutable(), lengths.ToImmutable(), done);
    }

    public FileContent WithLength(long length) => new(Pages, length, PageEnd);

    /// <summary>Cuts off, or extends with a hole, so that nothing lies behind the length.</summary>
    public FileContent Trim(long length)
    {
        var pages = Pages;
        long end = (length + PageBytes - 1) / PageBytes;
        if (PageEnd > end)
        {
            pages = pages.RemoveRange(pages.Keys.Where(page => page >= end));
        }

        int used = (int)(length % PageBytes);
        if (used > 0 && pages.TryGetValue(length / PageBytes, out byte[]? last) && last.AsSpan(used).ContainsAnyExcept((byte)0))
        {
            byte[] cut = new byte[PageBytes];
            last.AsSpan(0, used).CopyTo(cut);
            pages = pages.SetItem(length / PageBytes, cut);
        }

        return ReferenceEquals(pages, Pages) && length == Length ? this : new FileContent(pages, length, Math.Min(PageEnd, end));
    }

    /// <summary>Equal for files that read the same; holes and written zeros do not differ.</summary>
    public UInt128 Hash()
    {
        if (_hash is { } known)
        {
            return known.Value;
        }

        var hash = new XxHash128();
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, Length);
        hash.Append(number);
        foreach (var (page, bytes) in Pages)
        {
            if (ReferenceEquals(bytes, ZeroPage) || !bytes.AsSpan().ContainsAnyExcept((byte)0))
            {
                continue;
            }

            BinaryPrimitives.WriteInt64LittleEndian(number, page);
            hash.Append(number);
            hash.Append(bytes);
        }

        UInt128 value = hash.GetCurrentHashAsUInt128();
        _hash = new StrongBox<UInt128>(value);
        return value;
    }

    private static byte[] Merge(byte[]? old, ReadOnlySpan<byte> bytes, int start)
    {
        if (bytes.Length == PageBytes && !bytes.ContainsAnyExcept((byte)0))
        {
            return ZeroPage;
        }

        byte[] merged = old is null ? new byte[PageBytes] : [.. old];
        bytes.CopyTo(merged.AsSpan(start));
        return merged;
    }

    private static int SectorMask(int start, int count)
    {
        int first = start / SectorBytes;
        int last = (start + count - 1) / SectorBytes;
        return ((1 << (last - first + 1)) - 1) << first;
    }

    /// <summary>What a write changed, and how much of it was done.</summary>
    public readonly record struct WriteOutcome(
        FileContent Content, ImmutableList<PageWrite> Writes, ImmutableList<LengthChange> Lengths, int Count);
}
