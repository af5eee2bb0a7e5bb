namespace DocService.Storage.Io;

/// <summary>An open regular file. Offsets and lengths are in bytes.</summary>
/// <remarks>
/// Written bytes survive a power cut only after <see cref="Sync"/> or <see cref="SyncData"/> has returned. After
/// either of them failed nothing is known about any byte written before, and no further sync of this file, on this
/// or another handle, proves anything: the kernel has marked the pages clean. <see cref="IDisposable.Dispose"/>
/// makes nothing durable.
/// </remarks>
internal interface IFile : IDisposable
{
    /// <summary>Absolute path at the time of opening, for messages only.</summary>
    string Path { get; }

    /// <summary>Current length.</summary>
    long GetLength();

    /// <summary>
    /// Reads until the buffer is full or the file ends; returns the number of bytes read, which is less than the
    /// buffer's length only at the end of the file.
    /// </summary>
    int Read(Span<byte> buffer, long offset);

    /// <summary>One system call: as <see cref="Read"/>, but fewer bytes than asked for need not mean that the file ends there.</summary>
    int ReadSome(Span<byte> buffer, long offset);

    /// <summary>Which file it is, and when it was last written to.</summary>
    FileStamp GetStamp();

    /// <summary>The same, and when anything of it was changed.</summary>
    FileState GetState();

    /// <summary>Which file it is.</summary>
    InodeIdentity GetIdentity();

    /// <summary>Writes all bytes, in one or more system calls. After a failure any part of them may have been written.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>fdatasync: bytes, and the length that is needed to read them, survive a power cut.</summary>
    void SyncData();

    /// <summary>fsync: as <see cref="SyncData"/>, and all metadata.</summary>
    void Sync();

    /// <summary>Hint: the next read comes from the device, not from the page cache. Failures are ignored.</summary>
    void DropCache();
}
