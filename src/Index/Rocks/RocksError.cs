using System.Runtime.InteropServices;
using DocService.Index.Rocks.Library;

namespace DocService.Index.Rocks;

/// <summary>What the library reports, as the one exception of this project.</summary>
internal static class RocksError
{
    /// <summary>Takes the message of a call, if there is one, and throws it.</summary>
    /// <exception cref="IndexFailedException">The call failed.</exception>
    public static void ThrowIfAny(nint error, string doing)
    {
        if (error == 0)
        {
            return;
        }

        string message = Marshal.PtrToStringUTF8(error) ?? "no message";
        RocksNative.rocksdb_free(error);
        throw Of(message, doing);
    }

    /// <summary>The library's own text tells a full disk; a full quota comes with the operating system's.</summary>
    public static IndexFailedException Of(string message, string doing) => new($"The index failed while {doing}: {message}")
    {
        IsOutOfSpace = message.Contains("No space left on device", StringComparison.Ordinal)
            || message.Contains("Disk quota exceeded", StringComparison.Ordinal),
    };
}
