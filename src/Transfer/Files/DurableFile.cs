using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DocService.Transfer.Files;

/// <summary>Files that are whole under their names, or not there: written beside, synced, renamed. Each system call's result is checked.</summary>
internal static partial class DurableFile
{
    private const string Library = "libc";
    private const int Interrupted = 4; // EINTR
    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC

    /// <summary>For the owner, and to be read by the group: it holds documents.</summary>
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <summary>Puts a file's whole content in the place of what is there.</summary>
    /// <exception cref="IOException">It could not be written; what was there is still there, or the new content is.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string beside = path + ".tmp";
        using (FileStream file = Create(beside))
        {
            file.Write(content);
            Sync(file);
        }

        Rename(beside, path);
    }

    /// <summary>A new, empty file, in the place of an older one of that name.</summary>
    public static FileStream Create(string path)
    {
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            how.UnixCreateMode = Mode;
        }

        return new FileStream(path, how);
    }

    /// <summary>What was written survives a power cut after it returned. The runtime's own call reports success when it fails.</summary>
    public static void Sync(FileStream file) => Check(Again(() => SyncHandle(file.SafeFileHandle)), "fsync", file.Name);

    /// <summary>Gives the file its name, and syncs the directory.</summary>
    public static void Publish(string path, string name)
    {
        Rename(path, name);
        string directory = Path.GetDirectoryName(Path.GetFullPath(name))!;
        using SafeFileHandle handle = OpenDirectory(directory);
        Check(Again(() => SyncHandle(handle)), "fsync", directory);
    }

    private static SafeFileHandle OpenDirectory(string path)
    {
        int descriptor = Again(() => Open(path, ReadOnlyCloseOnExec, 0));
        Check(descriptor < 0 ? -1 : 0, "open", path);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Rename(string path, string name) => Check(Again(() => RenamePath(path, name)), "rename", name);

    private static int Again(Func<int> call)
    {
        int result;
        do
        {
            result = call();
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result;
    }

    private static void Check(int result, string call, string path)
    {
        if (result != 0)
        {
            throw new IOException($"{call} of {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncHandle(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenamePath(string path, string name);
}
