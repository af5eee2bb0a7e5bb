using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Tests.Support;

namespace DocService.Storage.Tests.Io.Conformance.Real;

/// <summary>The real file system, in a directory of its own.</summary>
internal sealed class PosixVolume : IConformanceVolume
{
    private readonly TestDirectory _directory = new();

    public IFileSystem FileSystem { get; } = PosixFileSystem.Create();

    public string RootPath => _directory.Path;

    public void CreateSymbolicLink(string path, string target) => File.CreateSymbolicLink(path, target);

    public void Dispose() => _directory.Dispose();
}
