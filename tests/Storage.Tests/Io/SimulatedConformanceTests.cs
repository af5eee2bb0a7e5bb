using DocService.Storage.Io;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Io;

public sealed class SimulatedConformanceTests : FileSystemConformanceTests
{
    private readonly SimulatedFileSystem _fileSystem = new();

    public SimulatedConformanceTests() => _fileSystem.Disk.CreateDirectory(RootPath);

    private protected override IFileSystem FileSystem => _fileSystem;

    private protected override string RootPath => "/tmp/data";

    private protected override void CreateSymbolicLink(string path, string target) => _fileSystem.Disk.CreateSymbolicLink(path, target);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Assert.Equal(0, _fileSystem.OpenHandles);
    }
}
