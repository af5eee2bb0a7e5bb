using DocService.Storage.Bench.Support;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;

namespace DocService.Storage.Bench.Writes;

/// <summary>A file of JSON lines that grows: one write a document, and with <c>syncs</c> an fsync behind each.</summary>
internal static class AppendedFile
{
    private const string Name = "lines";

    public static LoadResult Run(string path, Samples samples, TimeSpan duration, bool syncs)
    {
        using IDirectory directory = PosixFileSystem.Create().TryOpenDirectory(path) ?? throw new UsageException($"{path} does not exist.");
        using IFile file = directory.Create(Name);
        long end = 0;
        byte[] line = new byte[samples.BodyBytes + 1];
        line[^1] = (byte)'\n';
        return WritesCommand.Repeat(duration, number =>
        {
            samples[number].Body.Span.CopyTo(line);
            file.Write(line, end);
            end += line.Length;
            if (syncs)
            {
                file.Sync();
            }
        });
    }
}
