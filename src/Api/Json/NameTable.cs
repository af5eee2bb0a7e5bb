using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace DocService.Api.Json;

/// <summary>
/// The member names of all open objects of one document, to find duplicates: one open-addressing table, keyed by the
/// object's serial number and the name. No allocation for a name; a document with a hundred thousand members of one
/// object costs a hundred thousand look-ups.
/// </summary>
/// <remarks>The hash is seeded per process: nobody can prepare names that collide.</remarks>
internal ref struct NameTable : IDisposable
{
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    private Entry[] _entries;
    private int[] _slots; // index of the entry + 1; 0 is free
    private byte[] _unescaped;
    private int _count;
    private int _unescapedBytes;

    public NameTable()
    {
        _entries = ArrayPool<Entry>.Shared.Rent(64);
        _slots = ArrayPool<int>.Shared.Rent(128);
        _slots.AsSpan().Clear();
        _unescaped = [];
    }

    /// <summary>False when the object has the name already.</summary>
    /// <param name="source">The whole document.</param>
    /// <param name="objectSerial">Which object.</param>
    /// <param name="offset">Where the name's bytes stand in the source.</param>
    /// <param name="length">Their number.</param>
    public bool TryAdd(ReadOnlySpan<byte> source, int objectSerial, int offset, int length) =>
        TryAdd(source, objectSerial, source.Slice(offset, length), offset);

    /// <summary>As the other, for a name with escapes, given unescaped.</summary>
    public bool TryAddUnescaped(ReadOnlySpan<byte> source, int objectSerial, ReadOnlySpan<byte> name)
    {
        if (_unescaped.Length < _unescapedBytes + name.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(256, 2 * (_unescapedBytes + name.Length)));
            _unescaped.AsSpan(0, _unescapedBytes).CopyTo(larger);
            ReturnUnescaped();
            _unescaped = larger;
        }

        // Kept at negative offsets: the source has only the escaped form.
        name.CopyTo(_unescaped.AsSpan(_unescapedBytes));
        int offset = -1 - _unescapedBytes;
        _unescapedBytes += name.Length;
        return TryAdd(source, objectSerial, name, offset);
    }

    public readonly void Dispose()
    {
        ArrayPool<Entry>.Shared.Return(_entries);
        ArrayPool<int>.Shared.Return(_slots);
        ReturnUnescaped();
    }

    private bool TryAdd(ReadOnlySpan<byte> source, int objectSerial, ReadOnlySpan<byte> name, int offset)
    {
        ulong hash = XxHash3.HashToUInt64(name, unchecked(Seed + objectSerial));
        int slot = Find(source, objectSerial, name, hash);
        if (_slots[slot] != 0)
        {
            return false;
        }

        if (2 * (_count + 1) > _slots.Length)
        {
            Grow();
            slot = Find(source, objectSerial, name, hash);
        }

        if (_count == _entries.Length)
        {
            Entry[] larger = ArrayPool<Entry>.Shared.Rent(2 * _count);
            _entries.AsSpan(0, _count).CopyTo(larger);
            ArrayPool<Entry>.Shared.Return(_entries);
            _entries = larger;
        }

        _entries[_count] = new Entry(hash, objectSerial, offset, name.Length);
        _slots[slot] = ++_count;
        return true;
    }

    /// <summary>The slot that holds the name, or the free one where it belongs.</summary>
    private readonly int Find(ReadOnlySpan<byte> source, int objectSerial, ReadOnlySpan<byte> name, ulong hash)
    {
        int slot = (int)(hash % (ulong)_slots.Length);
        while (_slots[slot] != 0)
        {
            Entry entry = _entries[_slots[slot] - 1];
            if (entry.Hash == hash && entry.Object == objectSerial && NameOf(source, entry).SequenceEqual(name))
            {
                return slot;
            }

            slot = slot + 1 == _slots.Length ? 0 : slot + 1;
        }

        return slot;
    }

    private readonly ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> source, Entry entry) =>
        entry.Offset >= 0 ? source.Slice(entry.Offset, entry.Length) : _unescaped.AsSpan(-1 - entry.Offset, entry.Length);

    private void Grow()
    {
        int[] larger = ArrayPool<int>.Shared.Rent(2 * _slots.Length);
        larger.AsSpan().Clear();
        for (int index = 0; index < _count; index++)
        {
            int slot = (int)(_entries[index].Hash % (ulong)larger.Length);
            while (larger[slot] != 0)
            {
                slot = slot + 1 == larger.Length ? 0 : slot + 1;
            }

            larger[slot] = index + 1;
        }

        ArrayPool<int>.Shared.Return(_slots);
        _slots = larger;
    }

    private readonly void ReturnUnescaped()
    {
        if (_unescaped.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_unescaped);
        }
    }

    private readonly record struct Entry(ulong Hash, int Object, int Offset, int Length);
}
