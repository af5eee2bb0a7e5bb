using DocService.Index.Families;
using DocService.Index.Rocks;

namespace DocService.Index.Tests.Rocks;

/// <summary>What tests of the database have in common: a directory, and rows of text.</summary>
public abstract class RocksTest : IDisposable
{
    private protected const long CacheBytes = 16L << 20;

    private protected TestDirectory Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private protected static string? Read(RocksDatabase database, Family family, string key)
    {
        using RocksValue value = database.Read(family, Utf8(key));
        return value.IsFound ? System.Text.Encoding.UTF8.GetString(value.Bytes) : null;
    }

    private protected static void Write(RocksDatabase database, Family family, string key, string value)
    {
        using var batch = new RocksBatch(database);
        batch.Put(family, Utf8(key), Utf8(value));
        database.Write(batch);
    }

    private protected RocksDatabase Open(string name) => RocksDatabase.Open(Folder[name], CacheBytes);
}
