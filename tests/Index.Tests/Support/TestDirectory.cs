namespace DocService.Index.Tests.Support;

/// <summary>A directory of its own for a test.</summary>
internal sealed class TestDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("docservice-index-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// A copy as a kill would leave it: what a flush has written, and nothing of the memory. The library may put files
    /// together meanwhile; then the copy is of no one moment, and is made again.
    /// </summary>
    public string CopyOf(string name, string copy)
    {
        for (int tries = 0; tries < 1000; tries++)
        {
            try
            {
                string[] before = Contents(name);
                foreach (string file in Directory.EnumerateFiles(this[name], "*", SearchOption.AllDirectories))
                {
                    string target = System.IO.Path.Combine(this[copy], System.IO.Path.GetRelativePath(this[name], file));
                    Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
                    File.Copy(file, target);
                }

                if (before.SequenceEqual(Contents(name)))
                {
                    return this[copy];
                }
            }
            catch (FileNotFoundException)
            {
                // It has just been put together with others.
            }

            Directory.Delete(this[copy], recursive: true);
        }

        throw new InvalidOperationException($"{name} never stands still.");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private string[] Contents(string name) =>
        [.. new DirectoryInfo(this[name]).EnumerateFiles("*", SearchOption.AllDirectories).Select(file => $"{file.FullName} {file.Length}").Order(StringComparer.Ordinal)];
}
