using DocService.Storage.Io;

namespace DocService.Storage.Tests.Io.Conformance;

/// <summary>
/// What every implementation of the seam does. The simulated disk proves nothing about the engine unless it answers
/// as Linux does, so both run the same tests.
/// </summary>
public abstract class ConformanceTests : IDisposable
{
    private readonly IConformanceVolume _volume;

    private protected ConformanceTests(IConformanceVolume volume) => _volume = volume;

    private protected IFileSystem FileSystem => _volume.FileSystem;

    private protected string RootPath => _volume.RootPath;

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private protected IDirectory Root() => FileSystem.TryOpenDirectory(RootPath)!;

    private protected void CreateSymbolicLink(string path, string target) => _volume.CreateSymbolicLink(path, target);

    private protected static void Fails(Errno expected, Action action) =>
        Assert.Equal(expected, Assert.Throws<FileSystemException>(action).Error);

    private protected static void Fails(Errno expected, Func<object?> action) =>
        Assert.Equal(expected, Assert.Throws<FileSystemException>(action).Error);

    private protected static void Put(IDirectory directory, string name, ReadOnlySpan<byte> bytes)
    {
        using IFile file = directory.Create(name);
        file.Write(bytes, 0);
    }

    private protected static byte[] Get(IDirectory directory, string name)
    {
        using IFile file = directory.TryOpen(name, FileAccess.Read)!;
        var bytes = new byte[file.GetLength()];
        Assert.Equal(bytes.Length, file.Read(bytes, 0));
        return bytes;
    }

    protected virtual void Dispose(bool disposing) => _volume.Dispose();
}
