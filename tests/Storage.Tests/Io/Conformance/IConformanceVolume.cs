using DocService.Storage.Io;

namespace DocService.Storage.Tests.Io.Conformance;

/// <summary>An implementation of the seam with an empty directory for one test.</summary>
internal interface IConformanceVolume : IDisposable
{
    IFileSystem FileSystem { get; }

    /// <summary>Absolute path of the empty directory.</summary>
    string RootPath { get; }

    void CreateSymbolicLink(string path, string target);
}
