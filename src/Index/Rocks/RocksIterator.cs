using System.Runtime.InteropServices;
using DocService.Index.Families;
using DocService.Index.Rocks.Library;

namespace DocService.Index.Rocks;

/// <summary>Walks the keys of a family in the order of their bytes, within its bounds.</summary>
/// <remarks>
/// Owns: the native iterator, its read options, and the memory of the bounds, which the library reads as long as it lives.
/// Thread: one at a time. Invariant: the end of the keys and a failed read are never mistaken for each other.
/// </remarks>
internal sealed unsafe class RocksIterator : RowCursor
{
    private readonly RocksDatabase _database;
    private readonly nint _options;
    private readonly byte* _bounds;
    private nint _handle;
    private bool _isValid;
    private byte* _key; // asked for once at each key; null until then
    private byte* _value;
    private int _keyLength;
    private int _valueLength;

    /// <param name="database">A use of it is held by the snapshot.</param>
    /// <param name="options">They become this iterator's.</param>
    /// <param name="family">Where.</param>
    /// <param name="from">The first key.</param>
    /// <param name="to">The first behind; empty where there is no end.</param>
    public RocksIterator(RocksDatabase database, nint options, Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        _database = database;
        _options = options;
        _bounds = (byte*)NativeMemory.Alloc((nuint)(from.Length + to.Length + 1));
        from.CopyTo(new Span<byte>(_bounds, from.Length));
        to.CopyTo(new Span<byte>(_bounds + from.Length, to.Length));
        RocksNative.rocksdb_readoptions_set_iterate_lower_bound(options, _bounds, (nuint)from.Length);
        if (to.Length > 0)
        {
            RocksNative.rocksdb_readoptions_set_iterate_upper_bound(options, _bounds + from.Length, (nuint)to.Length);
        }

        _handle = RocksNative.rocksdb_create_iterator_cf(database.Handle, options, database.HandleOf(family));
    }

    /// <summary>Valid until the iterator moves.</summary>
    /// <exception cref="InvalidOperationException">It stands at none.</exception>
    public override ReadOnlySpan<byte> Key
    {
        get
        {
            nint handle = Standing();
            if (_key is null)
            {
                _key = (byte*)RocksNative.rocksdb_iter_key(handle, out nuint length);
                _keyLength = checked((int)length);
            }

            return new ReadOnlySpan<byte>(_key, _keyLength);
        }
    }

    /// <summary>Valid until the iterator moves.</summary>
    public override ReadOnlySpan<byte> Value
    {
        get
        {
            nint handle = Standing();
            if (_value is null)
            {
                _value = (byte*)RocksNative.rocksdb_iter_value(handle, out nuint length);
                _valueLength = checked((int)length);
            }

            return new ReadOnlySpan<byte>(_value, _valueLength);
        }
    }

    private nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            _database.ThrowIfClosed();
            return _handle;
        }
    }

    /// <summary>To the first key; false where there is none.</summary>
    /// <exception cref="IndexFailedException">A block is damaged or cannot be read.</exception>
    /// <exception cref="IndexClosedException">The database is being closed: dispose the iterator.</exception>
    public override bool First()
    {
        RocksNative.rocksdb_iter_seek_to_first(Handle);
        return IsValid();
    }

    /// <summary>To the last key; false where there is none.</summary>
    public override bool Last()
    {
        RocksNative.rocksdb_iter_seek_to_last(Handle);
        return IsValid();
    }

    /// <summary>To the first key that is not below this one; false where there is none.</summary>
    public override bool Seek(ReadOnlySpan<byte> key)
    {
        fixed (byte* start = key)
        {
            RocksNative.rocksdb_iter_seek(Handle, start, (nuint)key.Length);
        }

        return IsValid();
    }

    /// <summary>One on, from a key; false at the end.</summary>
    public override bool Next()
    {
        RocksNative.rocksdb_iter_next(Standing());
        return IsValid();
    }

    /// <summary>One back, from a key; false before the first.</summary>
    public override bool Previous()
    {
        RocksNative.rocksdb_iter_prev(Standing());
        return IsValid();
    }

    public override void Dispose()
    {
        if (_handle == 0)
        {
            return;
        }

        RocksNative.rocksdb_iter_destroy(_handle);
        _handle = 0;
        RocksNative.rocksdb_readoptions_destroy(_options);
        NativeMemory.Free(_bounds);
    }

    /// <summary>The handle, where it stands at a key: at none the library would read memory that is not there.</summary>
    private nint Standing() => _isValid ? Handle : throw new InvalidOperationException("The iterator stands at no key.");

    private bool IsValid()
    {
        _key = _value = null;
        _isValid = RocksNative.rocksdb_iter_valid(_handle) != 0;
        if (_isValid)
        {
            return true;
        }

        RocksNative.rocksdb_iter_get_error(_handle, out nint error);
        RocksError.ThrowIfAny(error, "rows were read");
        return false;
    }
}
