using System.Runtime.InteropServices;

namespace DocService.Api.Service;

/// <summary>What the files and directories of this process are for others: nothing. For its group: readable, so that a backup need not run as its user.</summary>
internal static class FileModes
{
    /// <summary>027: files are 0640 at most, directories 0750. That of a shell may be 077, which shuts backups out, or 000, which lets everybody in.</summary>
    private const uint Withheld = 0x17;

    /// <summary>For all threads, and for the index's library too, which makes its files itself. Before anything is made.</summary>
    public static void Apply()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetMask(Withheld);
        }
    }

    /// <summary>umask(2), which cannot fail.</summary>
    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetMask(uint mask);
}
