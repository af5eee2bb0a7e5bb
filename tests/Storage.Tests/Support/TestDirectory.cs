namespace DocService.Storage.Tests.Support;

/// <summary>A fresh directory of the real filesystem that belongs to one test and goes with it.</summary>
internal sealed class TestDirectory : IDisposable
{
    /// <summary>Absolute path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("docservice-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
