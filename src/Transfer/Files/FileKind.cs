using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DocService.Transfer.Files;

/// <summary>What has a name: a pipe is not to be read as a document, and a device not to be replaced by an export.</summary>
internal static partial class FileKind
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint TypeAlone = 1; // STATX_TYPE
    private const int ModeOffset = 28; // of stx_mode in struct statx, the same on every machine
    private const int BufferBytes = 256;
    private const int TypeMask = 0xF000; // S_IFMT
    private const int Regular = 0x8000; // S_IFREG

    /// <summary>Whether it is a regular file, and no link to one; null where nothing has the name, or it cannot be told.</summary>
    public static bool? IsRegular(string path)
    {
        byte[] buffer = new byte[BufferBytes];
        return Statx(CurrentDirectory, path, NoFollow, TypeAlone, buffer) != 0
            ? null
            : (BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(ModeOffset)) & TypeMask) == Regular;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, [Out] byte[] buffer);
}
