namespace DocService.Index.Tests.Support;

/// <summary>A directory of its own for a test.</summary>
internal sealed class TestDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("docservice-index-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>A copy as a kill would leave it: what a flush has written, and nothing of the memory.</summary>
    public string CopyOf(string name, string copy)
    {
        foreach (string file in Directory.EnumerateFiles(this[name], "*", SearchOption.AllDirectories))
        {
            string target = System.IO.Path.Combine(this[copy], System.IO.Path.GetRelativePath(this[name], file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return this[copy];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
