namespace DocService.Api.Auditing;

/// <summary>Adds lines to the file of the audit log, so that every line in it is whole or, where a disk was full or a power cut came, ends before the next.</summary>
internal static class AuditFile
{
    /// <summary>As it is now, or a new one; for whoever adds a line. Readable for the server's user alone, because ids may tell something themselves.</summary>
    public static Stream Open(string path)
    {
        var how = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, how);
    }

    /// <summary>Adds whole lines. Where they do not fit, nothing of them stays, if the disk lets it be taken back.</summary>
    /// <exception cref="IOException">They are not in the file.</exception>
    public static async Task AppendAsync(Stream file, ReadOnlyMemory<byte> lines)
    {
        if (!file.CanSeek)
        {
            await file.WriteAsync(lines); // a pipe to somebody else
            return;
        }

        long before = file.Length;
        try
        {
            if (EndsInsideALine(file, before))
            {
                file.WriteByte((byte)'\n');
            }

            await file.WriteAsync(lines);
        }
        catch (IOException)
        {
            CutBack(file, before);
            throw;
        }
    }

    /// <summary>Leaves the file at its end.</summary>
    private static bool EndsInsideALine(Stream file, long length)
    {
        if (length == 0)
        {
            return false;
        }

        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() is not (-1 or '\n'); // -1: somebody has emptied it just now
    }

    private static void CutBack(Stream file, long length)
    {
        try
        {
            file.SetLength(length);
        }
        catch (IOException)
        {
            // The next line begins with the end of this one.
        }
    }
}
