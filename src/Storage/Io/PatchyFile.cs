namespace DocService.Storage.Io;

/// <summary>
/// Reads a file that the device cannot read everywhere: zeros stand for what is unreadable, and the first such place
/// is remembered. For code that must go on after it: recovery, salvage, verification.
/// </summary>
/// <remarks>Owns: the file. Thread: one. Never writes.</remarks>
internal sealed class PatchyFile(IFile file) : IFile
{
    private const int BlockBytes = 4096;

    public string Path => file.Path;

    /// <summary>Offset of the first block that could not be read, or null.</summary>
    public long? UnreadableAt { get; private set; }

    public long GetLength() => file.GetLength();

    public int Read(Span<byte> buffer, long offset)
    {
        try
        {
            return file.Read(buffer, offset);
        }
        catch (FileSystemException exception) when (exception.Error == Errno.EIO)
        {
            return ReadByBlocks(buffer, offset);
        }
    }

    public int ReadSome(Span<byte> buffer, long offset) => Read(buffer, offset);

    public FileStamp GetStamp() => file.GetStamp();

    public FileState GetState() => file.GetState();

    public InodeIdentity GetIdentity() => file.GetIdentity();

    public void Write(ReadOnlySpan<byte> bytes, long offset) => throw new NotSupportedException();

    public void SyncData() => throw new NotSupportedException();

    public void Sync() => throw new NotSupportedException();

    public void DropCache() => file.DropCache();

    public void Dispose() => file.Dispose();

    private int ReadByBlocks(Span<byte> buffer, long offset)
    {
        int total = (int)Math.Clamp(file.GetLength() - offset, 0, buffer.Length);
        for (int done = 0; done < total;)
        {
            int count = (int)Math.Min(BlockBytes - ((offset + done) % BlockBytes), total - done);
            Span<byte> block = buffer.Slice(done, count);
            try
            {
                file.Read(block, offset + done);
            }
            catch (FileSystemException exception) when (exception.Error == Errno.EIO)
            {
                block.Clear();
                UnreadableAt ??= offset + done;
            }

            done += count;
        }

        return total;
    }
}
