namespace DocService.Storage.Tests.Support;

/// <summary>A fresh directory on the real file system, for one test.</summary>
/// <remarks>
/// Owns: the directory and all below it, removed when disposed.
/// Thread: any.
/// Invariants: no other test has it.
/// On failure: an <see cref="IOException"/> of the system, also when it cannot be removed: a test left something open or wrote elsewhere.
/// </remarks>
internal sealed class TestDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("docservice-test-");

    public string Path => _directory.FullName;

    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => _directory.Delete(recursive: true);
}
