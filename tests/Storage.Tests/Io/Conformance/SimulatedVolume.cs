using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Io.Conformance;

/// <summary>The simulated disk; a test that leaves a handle open fails when it is disposed.</summary>
internal sealed class SimulatedVolume : IConformanceVolume
{
    private readonly SimulatedFileSystem _fileSystem = new();

    public SimulatedVolume() => _fileSystem.Disk.CreateDirectory(RootPath);

    public IFileSystem FileSystem => _fileSystem;

    public string RootPath => "/tmp/data";

    public void CreateSymbolicLink(string path, string target) => _fileSystem.Disk.CreateSymbolicLink(path, target);

    public void Dispose() => Assert.Equal(0, _fileSystem.OpenHandles);
}
