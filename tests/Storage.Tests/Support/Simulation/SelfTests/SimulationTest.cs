using System.Text;
using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.SelfTests;

/// <summary>Short words for the tests of the model itself.</summary>
internal static class SimulationTest
{
    /// <summary>A disk with the durable, empty directories /a and /b.</summary>
    public static SimulatedFileSystem Disk(VolumeSettings? settings = null)
    {
        var fileSystem = new SimulatedFileSystem(settings);
        fileSystem.Disk.CreateDirectory("/a");
        fileSystem.Disk.CreateDirectory("/b");
        return fileSystem;
    }

    public static IDirectory Open(this SimulatedFileSystem fileSystem, string path = "/a") => fileSystem.TryOpenDirectory(path)!;

    /// <summary>Creates a file, without any sync unless asked.</summary>
    public static void Put(this IDirectory directory, string name, string text, bool sync = false)
    {
        using IFile file = directory.Create(name);
        file.Write(Encoding.Latin1.GetBytes(text), 0);
        if (sync)
        {
            file.Sync();
        }
    }

    /// <summary>One letter for each byte, whatever it is.</summary>
    public static string? Text(this CrashState state, string path) =>
        state.Open().Disk.TryRead(path) is { } bytes ? Encoding.Latin1.GetString(bytes) : null;

    /// <summary>The different texts that a file has over all states, "absent" where there is none; sorted.</summary>
    public static string[] Outcomes(this IEnumerable<CrashState> states, string path) =>
        [.. states.Select(state => state.Text(path) ?? "absent").Distinct().Order(StringComparer.Ordinal)];

    public static byte[] Filled(int length, char with) => [.. Enumerable.Repeat((byte)with, length)];
}
