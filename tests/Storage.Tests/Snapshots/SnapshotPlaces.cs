using DocService.Storage.Engine.Opening;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Snapshots;

/// <summary>Where the snapshots of the tests' store are, and how one is started.</summary>
internal static class SnapshotPlaces
{
    public const string Folder = $"{JournalTest.Data}/{DataDirectory.SnapshotsName}";

    public static DocumentStore Start(SimulatedFileSystem disk, string name) =>
        JournalTest.Open(disk, JournalTest.Sealing with { DataDirectory = $"{Folder}/{name}" });
}
