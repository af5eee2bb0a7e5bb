namespace DocService.Api.Tests.Support;

/// <summary>A fresh directory on the real file system, removed with all below it when disposed.</summary>
internal sealed class TestDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("docservice-api-test-");

    public string Path => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
