using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DocService.Storage.Io.Posix;

/// <summary>An open regular file on Linux.</summary>
internal sealed class PosixFile(SafeFileHandle handle, PosixDirectory directory, string name) : IFile
{
    public string Path => directory.PathOf(name); // made when a message needs it

    public long GetLength() => checked((long)Stat(LibC.StatxSize).Size);

    public int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            nint count = ReadOnce(buffer[total..], offset + total);
            if (count == 0)
            {
                break;
            }

            total += (int)count;
        }

        return total;
    }

    public int ReadSome(Span<byte> buffer, long offset) => (int)ReadOnce(buffer, offset);

    public FileStamp GetStamp() => Stat(LibC.StatxStamp).Stamp;

    public FileState GetState() => Stat(LibC.StatxState).State;

    public InodeIdentity GetIdentity() => Stat(LibC.StatxIdentity).Identity;

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        int total = 0;
        while (total < bytes.Length)
        {
            nint count = WriteOnce(bytes[total..], offset + total);
            if (count == 0)
            {
                // POSIX leaves a zero result of pwrite undefined for regular files; taken as a device that is full.
                throw new FileSystemException(SystemCall.Write, Path, Errno.ENOSPC);
            }

            total += (int)count;
        }
    }

    public void SyncData() => Check(SystemCall.SyncData, LibC.SyncData(handle));

    public void Sync() => Check(SystemCall.Sync, LibC.Sync(handle));

    public void DropCache() => _ = LibC.Advise(handle, 0, 0, LibC.AdviseDontNeed);

    public void Dispose() => handle.Dispose();

    private unsafe nint ReadOnce(Span<byte> buffer, long offset)
    {
        fixed (byte* pointer = buffer)
        {
            while (true)
            {
                nint count = LibC.Read(handle, pointer, (nuint)buffer.Length, offset);
                if (count >= 0)
                {
                    return count;
                }

                ThrowUnlessInterrupted(SystemCall.Read);
            }
        }
    }

    private unsafe nint WriteOnce(ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* pointer = bytes)
        {
            while (true)
            {
                nint count = LibC.Write(handle, pointer, (nuint)bytes.Length, offset);
                if (count >= 0)
                {
                    return count;
                }

                ThrowUnlessInterrupted(SystemCall.Write);
            }
        }
    }

    private void ThrowUnlessInterrupted(SystemCall call)
    {
        var error = (Errno)Marshal.GetLastPInvokeError();
        if (error != Errno.EINTR)
        {
            throw new FileSystemException(call, Path, error);
        }
    }

    private LibC.StatxBuffer Stat(uint mask)
    {
        LibC.StatxBuffer buffer;
        unsafe
        {
            Check(SystemCall.Stat, LibC.Stat(handle, string.Empty, LibC.AtEmptyPath, mask, &buffer));
        }

        return buffer;
    }

    private void Check(SystemCall call, int result)
    {
        if (result != 0)
        {
            throw new FileSystemException(call, Path, (Errno)Marshal.GetLastPInvokeError());
        }
    }
}
