using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Journal.Reading;
using DocService.Storage.Journal.Segments;

namespace DocService.Storage.Engine.Recovery;

/// <summary>The content of the journal's directory, read to its end and judged. Nothing is written.</summary>
/// <param name="Lineage">Whose segments they are.</param>
/// <param name="Verdict">What they amount to.</param>
internal sealed record FoundJournal(Lineage Lineage, JournalVerdict Verdict)
{
    /// <summary>Reads every segment, to its end or a clean stop.</summary>
    /// <exception cref="StoreFormatException">Something in it must be understood and is not.</exception>
    /// <exception cref="FileSystemException">A segment cannot be opened.</exception>
    public static FoundJournal Read(DataDirectory directory)
    {
        var lineage = Lineage.Read(directory.Journal, directory.Format.StoreId);
        IReadOnlyList<string> names = directory.Journal.List();
        byte[] buffer = [];
        var scans = new List<JournalScan>();
        foreach (string name in names.Where(name => Segment.TryParseName(name) is not null))
        {
            using IFile? file = directory.Journal.TryOpen(name, FileAccess.Read);
            if (file is not null)
            {
                scans.Add(JournalScan.Read(file, name, lineage, isWhole: false, ref buffer));
            }
        }

        return new FoundJournal(lineage, JournalVerdict.Of(scans, NewestMark.Find(names)));
    }
}
