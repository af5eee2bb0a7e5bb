using System.Globalization;
using DocService.Storage.Io;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Recovery;

/// <summary>
/// Copies of a damaged journal's segments, made and synced before anything is changed. A copy gets its name when it is
/// whole; one that is there already is not made again, so that attempts on a failing disk do not fill it.
/// </summary>
/// <remarks>Thread: one, offline.</remarks>
internal sealed class JournalEvidence(IDirectory data, IDirectory journal, TimeProvider clock)
{
    public const string Prefix = "salvaged-";

    private const string PartialName = Prefix + "partial";
    private readonly byte[] _buffer = new byte[SegmentReader.StepBytes];
    private readonly byte[] _other = new byte[SegmentReader.StepBytes];

    /// <summary>Path of a durable copy of the segments.</summary>
    /// <exception cref="FileSystemException">There is no room for it, or it cannot be written.</exception>
    public string Keep(IReadOnlyList<string> segments)
    {
        string? whole = data.List().Where(IsCopyName).FirstOrDefault(name => HoldsAll(name, segments));
        if (whole is null)
        {
            whole = FreeName();
            Copy(segments);
            data.Rename(PartialName, data, whole);
        }

        data.Sync();
        return $"{data.Path}/{whole}";
    }

    private bool IsCopyName(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name != PartialName && data.GetKind(name) == EntryKind.Directory;

    private void Copy(IReadOnlyList<string> segments)
    {
        data.TryCreateDirectory(PartialName);
        using IDirectory target = Open(PartialName);
        foreach (string name in target.List())
        {
            target.TryUnlink(name); // of an attempt that was cut off
        }

        foreach (string segment in segments)
        {
            using PatchyFile? source = OpenPatchy(journal, segment);
            using IFile copy = target.Create(segment);
            int count;
            for (long offset = 0; source is not null && (count = source.Read(_buffer, offset)) > 0; offset += count)
            {
                copy.Write(_buffer.AsSpan(0, count), offset);
            }

            copy.Sync();
        }

        target.Sync();
    }

    /// <summary>Whether every segment has the same bytes there, synced.</summary>
    private bool HoldsAll(string name, IReadOnlyList<string> segments)
    {
        using IDirectory copies = Open(name);
        foreach (string segment in segments)
        {
            using PatchyFile? source = OpenPatchy(journal, segment);
            using IFile? copy = copies.TryOpen(segment, FileAccess.Read);
            if (source is null || copy is null || !AreEqual(source, copy))
            {
                return false;
            }

            copy.Sync();
        }

        copies.Sync();
        return segments.Count > 0;
    }

    private bool AreEqual(PatchyFile source, IFile copy)
    {
        try
        {
            int count;
            for (long offset = 0; (count = source.Read(_buffer, offset)) > 0; offset += count)
            {
                if (copy.Read(_other.AsSpan(0, count), offset) != count || !_other.AsSpan(0, count).SequenceEqual(_buffer.AsSpan(0, count)))
                {
                    return false;
                }
            }

            return true;
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EIO)
        {
            return false; // a copy that cannot be read is none
        }
    }

    private IDirectory Open(string name) =>
        data.TryOpenDirectory(name) ?? throw new StoreFormatException($"{data.Path}/{name} has gone.");

    private static PatchyFile? OpenPatchy(IDirectory directory, string name) =>
        directory.TryOpen(name, FileAccess.Read) is { } file ? new PatchyFile(file) : null;

    private string FreeName()
    {
        string stem = Prefix + clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string name = stem;
        for (int attempt = 2; data.GetKind(name) != EntryKind.None; attempt++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}-{attempt}");
        }

        return name;
    }
}
