using DocService.Transfer.Files;
using DocService.Transfer.Sources.Lines;

namespace DocService.Transfer.Sources;

/// <summary>Files whose names end with <c>.json</c>, in a directory and those below it: the path from there, without that end, is the id.</summary>
/// <remarks>Symbolic links are not followed. Memory: the names of the directories that are open, and one file.</remarks>
internal sealed class DirectorySource : ISource
{
    private const string Ending = ".json";

    private readonly string _directory;
    private readonly LineText _text;
    private readonly Stack<IEnumerator<FileSystemInfo>> _open;
    private string _path;

    /// <exception cref="IOException">It cannot be read.</exception>
    public DirectorySource(string directory, LineText text)
    {
        _directory = directory;
        _text = text;
        _path = directory;
        _open = new Stack<IEnumerator<FileSystemInfo>>([Entries(directory)]);
    }

    public SourcePlace Place => new(_path, 0, 0);

    /// <summary>Bytes of the files read so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes of all files that are to be read.</summary>
    public static long Measure(string directory, CancellationToken cancellation)
    {
        long bytes = 0;
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles("*" + Ending, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
        {
            cancellation.ThrowIfCancellationRequested();
            bytes += file.Length;
        }

        return bytes;
    }

    public async ValueTask<Piece?> ReadAsync(CancellationToken cancellation)
    {
        while (_open.TryPeek(out IEnumerator<FileSystemInfo>? entries))
        {
            if (!entries.MoveNext())
            {
                entries.Dispose();
                _open.Pop();
                continue;
            }

            FileSystemInfo entry = entries.Current;
            _path = Path.Join(_directory, Path.GetRelativePath(_directory, entry.FullName));
            if (entry.LinkTarget is not null)
            {
                return new Piece(Place) { Passed = "symbolic links" };
            }

            if (entry is FileInfo file)
            {
                return !entry.Name.EndsWith(Ending, StringComparison.Ordinal) ? new Piece(Place) { Passed = "files with other names than *.json" }
                    : FileKind.IsRegular(entry.FullName) != true ? new Piece(Place) { Fault = "it is no regular file" }
                    : await OfFileAsync(file, cancellation);
            }

            if (TryOpen(entry.FullName) is not { } below)
            {
                return new Piece(Place) { Fault = "the directory cannot be read" };
            }

            _open.Push(below);
        }

        return null;
    }

    private async ValueTask<Piece> OfFileAsync(FileInfo file, CancellationToken cancellation)
    {
        try
        {
            long length = file.Length;
            Bytes += length;
            if (length > SlidingBuffer.BytesMax)
            {
                return new Piece(Place) { Fault = "the file is longer than any document: 256 MiB" };
            }

            byte[] content = await File.ReadAllBytesAsync(file.FullName, cancellation);
            string relative = Path.GetRelativePath(_directory, file.FullName);
            int mark = content.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0; // no part of JSON
            return new Piece(Place) { Line = _text.OfText(LineText.Escape(relative[..^Ending.Length]), content.AsSpan(mark)) };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new Piece(Place) { Fault = $"the file cannot be read: {exception.Message}" };
        }
    }

    private static IEnumerator<FileSystemInfo>? TryOpen(string path)
    {
        try
        {
            return Entries(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>By name, so that the order is the same each time.</summary>
    private static IEnumerator<FileSystemInfo> Entries(string path)
    {
        FileSystemInfo[] entries = new DirectoryInfo(path).GetFileSystemInfos();
        Array.Sort(entries, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return ((IEnumerable<FileSystemInfo>)entries).GetEnumerator();
    }
}
