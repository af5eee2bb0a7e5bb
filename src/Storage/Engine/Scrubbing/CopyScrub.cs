using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using DocService.Storage.Documents;
using DocService.Storage.Engine.Versions;
using DocService.Storage.Followers;
using DocService.Storage.Io;
using DocService.Storage.Journal.Marks;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>Examines a copy of the documents: each of its files against its checksum, and whether each of its documents has a file.</summary>
/// <remarks>
/// Thread: the scrub's. A copy is not mended row by row: it is made anew. A file is read past the page cache, and past what the copy itself
/// keeps in memory.
/// </remarks>
/// <param name="data">The data directory; the caller's.</param>
/// <param name="files">Of the documents.</param>
/// <param name="pending">A document of which a version is pending has no file yet, or will have none.</param>
/// <param name="marks">What is published.</param>
/// <param name="copies">The copy.</param>
/// <param name="findings">Told of damage.</param>
internal sealed class CopyScrub(IDirectory data, DocumentFiles files, Pending pending, Watermarks marks, IDocumentCopies copies, ScrubFindings findings)
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>Reads all its files. False: it is to end.</summary>
    /// <param name="goOn">Called with the bytes that have been read, and the files that have been looked for, since the call before; waits as long as the pace wants. False: end.</param>
    public bool ReadFiles(Func<long, int, bool> goOn)
    {
        foreach (CopyFile one in copies.ListFiles())
        {
            (bool isOver, string? wrong) = Judge(one, goOn);
            if (isOver)
            {
                return false;
            }

            // The list is asked again: the file may have gone since, or the whole copy been made anew under the same names.
            if (wrong is not null && copies.ListFiles().Contains(one))
            {
                findings.NoteDifference(copies, $"{one.Directory}/{one.Name}: {wrong}");
                return true;
            }
        }

        return true;
    }

    /// <summary>Looks for the file of every document of the copy. False: it is to end.</summary>
    /// <param name="goOn">As above.</param>
    /// <param name="mend">Told of each missing file, once it is known to be missing. False: end.</param>
    public bool ReadRows(Func<long, int, bool> goOn, Func<DamagedFile, bool> mend)
    {
        var met = new HashSet<string>(StringComparer.Ordinal);
        ReadOnlyMemory<byte>? from = null;
        do
        {
            if (copies.TryReadPart(from) is not { } part)
            {
                return true; // it is made anew: the next round looks
            }

            foreach (CopiedDocument document in part.Documents)
            {
                if (FindMissing(document) is { } missing)
                {
                    met.Add(missing.Place);
                    findings.NoteDamage(missing.Place, DocumentScrub.Shown(missing.Key), DocumentScrub.Missing);
                    if (!mend(missing))
                    {
                        return false;
                    }
                }
            }

            if (!goOn(part.Bytes, part.Documents.Count))
            {
                return false;
            }

            from = part.Next;
        }
        while (from is not null);
        findings.KeepOnlyMissing(met);
        return true;
    }

    /// <summary>
    /// Null: it is there, or on its way there or away. Whether a version is pending is asked first: it leaves that table after it has its file.
    /// What was deleted meanwhile the copy does not have any more, once it has followed to now.
    /// </summary>
    private DamagedFile? FindMissing(CopiedDocument document)
    {
        DocumentPath path = DocumentPath.Of(document.Key);
        if (pending.Contains(document.Key.Digest) || files.TryGetState(path) is not null)
        {
            return null;
        }

        long through = marks.DurableThrough;
        return copies.TryReadInfo(document.Key, through, out DocumentInfo? info) && info?.Version == document.Info.Version
            ? new DamagedFile(document.Key, DocumentScrub.Place(path.Shard, path.Name, isOfVersion: false), null, through)
            : null;
    }

    private (bool IsOver, string? Wrong) Judge(CopyFile one, Func<long, int, bool> goOn)
    {
        try
        {
            using IDirectory? directory = data.TryOpenDirectory(one.Directory);
            using IFile? file = directory?.TryOpen(one.Name, FileAccess.Read);
            if (file is null)
            {
                return (false, "it is missing");
            }

            file.DropCache();
            byte[] chunk = new byte[ChunkBytes];
            uint checksum = uint.MaxValue;
            long offset = 0;
            for (int read; offset < one.Bytes && (read = file.ReadSome(chunk.AsSpan(0, (int)Math.Min(ChunkBytes, one.Bytes - offset)), offset)) > 0; offset += read)
            {
                checksum = Add(checksum, chunk.AsSpan(0, read));
                if (!goOn(read, 0))
                {
                    return (true, null);
                }
            }

            file.DropCache();
            findings.NoteRead(offset);
            return (false, offset == one.Bytes && ~checksum == one.Crc32C ? null : "its checksum does not match");
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return (false, exception.Message);
        }
    }

    /// <summary>The libraries of .NET have no CRC-32C over many bytes, but this one over a word, which is one instruction of the processor.</summary>
    private static uint Add(uint checksum, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> words = bytes[..(bytes.Length / sizeof(ulong) * sizeof(ulong))];
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(words))
        {
            checksum = BitOperations.Crc32C(checksum, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte rest in bytes[words.Length..])
        {
            checksum = BitOperations.Crc32C(checksum, rest);
        }

        return checksum;
    }
}
