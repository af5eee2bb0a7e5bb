using DocService.Storage.Io;
using DocService.Storage.Tests.Support;

namespace DocService.Storage.Tests.Io;

public sealed class PosixConformanceTests : FileSystemConformanceTests
{
    private readonly TestDirectory _directory = new();

    private protected override IFileSystem FileSystem { get; } = PosixFileSystem.Create();

    private protected override string RootPath => _directory.Path;

    private protected override void CreateSymbolicLink(string path, string target) => File.CreateSymbolicLink(path, target);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _directory.Dispose();
    }
}
