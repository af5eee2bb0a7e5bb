using DocService.Index.Families;

namespace DocService.Index.Rocks;

/// <summary>Single keys of a snapshot: the library's filters spare it the files that do not have them.</summary>
internal sealed class RocksLookup(RocksSnapshot snapshot, Family family) : RowLookup
{
    private RocksValue _value;

    public override ReadOnlySpan<byte> Value => _value.Bytes;

    /// <inheritdoc/>
    /// <exception cref="IndexFailedException">A block is damaged or cannot be read.</exception>
    /// <exception cref="IndexClosedException">The database is being closed: dispose the snapshot.</exception>
    public override bool Find(ReadOnlySpan<byte> key)
    {
        Dispose();
        _value = snapshot.Read(family, key);
        return _value.IsFound;
    }

    public override void Dispose()
    {
        _value.Dispose();
        _value = default;
    }
}
