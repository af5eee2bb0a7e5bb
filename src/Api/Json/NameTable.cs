using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DocService.Api.Json;

/// <summary>
/// The member names of the objects that are open, to find duplicates: one open-addressing table for all of them, keyed by
/// the object and the name. No allocation for a name.
/// </summary>
/// <remarks>
/// Owns: its buffers. Invariants: when an object ends, its entries are the last ones, and they are removed. So an entry
/// belongs to the innermost open object exactly when its place is at or after that object's first entry. An entry that was
/// added last is the last of its chain, so taking it out leaves a table as if it had never been there.
/// Memory: a name takes an entry of 8 bytes and two slots of 4, half of them unused at worst: as a rule less than two
/// documents, which a body is charged for anyway (<see cref="WriteCost"/>). What goes beyond is charged here.
/// The hash is seeded per process, so a client cannot prepare names that collide.
/// </remarks>
internal ref struct NameTable : IDisposable
{
    private const int FirstEntries = 64;
    private const int SlotBytes = sizeof(int);

    /// <summary>Up to here nothing is charged.</summary>
    private const int SmallBytes = 64 * 1024;

    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
    private static readonly int EntryBytes = Unsafe.SizeOf<Entry>();

    private byte[] _entries;
    private byte[] _slots; // number of the entry + 1; 0 is free
    private byte[] _unescaped; // names that the source has in another form, each behind its length
    private int _slotCount;
    private int _count;
    private int _first; // the innermost open object's first entry
    private int _unescapedBytes;
    private long _taken; // of the budget
    private readonly ByteBudget? _budget;

    /// <param name="budget">Where much memory is charged; null: nowhere.</param>
    public NameTable(ByteBudget? budget)
    {
        _budget = budget;
        _entries = BodyBuffers.Rent(FirstEntries * EntryBytes);
        _unescaped = [];
        _slots = [];
        MakeSlots(2 * FirstEntries);
    }

    /// <summary>Names that the table holds.</summary>
    public readonly int Count => _count;

    private readonly Span<int> Slots => MemoryMarshal.Cast<byte, int>(_slots.AsSpan())[.._slotCount];

    private readonly Span<Entry> Entries => MemoryMarshal.Cast<byte, Entry>(_entries.AsSpan());

    /// <summary>An object begins. Returns the one around it, for <see cref="Close"/>.</summary>
    public int Open()
    {
        int outer = _first;
        _first = _count;
        return outer;
    }

    /// <summary>The innermost object ends: its names are forgotten.</summary>
    public void Close(ReadOnlySpan<byte> source, int outer)
    {
        // Nothing comes behind the outermost value, so its names may stay.
        for (; _first > 0 && _count > _first; _count--)
        {
            Entry last = Entries[_count - 1];
            Slots[SlotOf(_count, last.Hash)] = 0;
            if (last.Offset < 0)
            {
                _unescapedBytes = -1 - last.Offset;
            }
        }

        _first = outer;
    }

    /// <summary>False when the innermost open object has the name already.</summary>
    /// <param name="source">The whole document.</param>
    /// <param name="offset">The place of the name's bytes in the source; a quotation mark follows them.</param>
    /// <param name="length">Their number.</param>
    public bool TryAdd(ReadOnlySpan<byte> source, int offset, int length) => TryAdd(source, source.Slice(offset, length), offset);

    /// <summary>As the other, for a name with escapes, given unescaped.</summary>
    public bool TryAddUnescaped(ReadOnlySpan<byte> source, ReadOnlySpan<byte> name)
    {
        int bytes = sizeof(int) + name.Length;
        if (_unescaped.Length < _unescapedBytes + bytes)
        {
            byte[] larger = BodyBuffers.Rent(Math.Max(256, 2 * (_unescapedBytes + bytes)));
            _unescaped.AsSpan(0, _unescapedBytes).CopyTo(larger);
            BodyBuffers.Return(_unescaped);
            _unescaped = larger;
        }

        int offset = -1 - _unescapedBytes; // negative: not in the source
        MemoryMarshal.Write(_unescaped.AsSpan(_unescapedBytes), name.Length);
        name.CopyTo(_unescaped.AsSpan(_unescapedBytes + sizeof(int)));
        if (!TryAdd(source, name, offset))
        {
            return false;
        }

        _unescapedBytes += bytes;
        return true;
    }

    public readonly void Dispose()
    {
        BodyBuffers.Return(_entries);
        BodyBuffers.Return(_slots);
        BodyBuffers.Return(_unescaped);
        _budget?.Return(_taken);
    }

    private bool TryAdd(ReadOnlySpan<byte> source, ReadOnlySpan<byte> name, int offset)
    {
        uint hash = unchecked((uint)XxHash3.HashToUInt64(name, Seed + _first));
        if (Find(source, name, hash) is var slot && slot < 0)
        {
            return false;
        }

        if (2 * (_count + 1) > _slotCount)
        {
            Grow(source.Length);
            slot = Find(source, name, hash);
        }

        Entries[_count] = new Entry(hash, offset);
        Slots[slot] = ++_count;
        return true;
    }

    /// <summary>The free slot where the name belongs; -1 when the innermost object has it.</summary>
    private readonly int Find(ReadOnlySpan<byte> source, ReadOnlySpan<byte> name, uint hash)
    {
        Span<int> slots = Slots;
        Span<Entry> entries = Entries;
        int slot = StartOf(hash);
        while (slots[slot] is > 0 and var number)
        {
            Entry entry = entries[number - 1];
            if (entry.Hash == hash && number > _first && IsName(source, entry.Offset, name))
            {
                return -1;
            }

            slot = (slot + 1) & (_slotCount - 1);
        }

        return slot;
    }

    private readonly int SlotOf(int number, uint hash)
    {
        Span<int> slots = Slots;
        int slot = StartOf(hash);
        while (slots[slot] != number)
        {
            slot = (slot + 1) & (_slotCount - 1);
        }

        return slot;
    }

    private readonly int StartOf(uint hash) => (int)(hash & (uint)(_slotCount - 1));

    private readonly bool IsName(ReadOnlySpan<byte> source, int offset, ReadOnlySpan<byte> name)
    {
        if (offset >= 0)
        {
            // A name in the source ends with the first quotation mark.
            ReadOnlySpan<byte> rest = source[offset..];
            return rest.Length > name.Length && rest[name.Length] == '"' && rest.StartsWith(name) && !name.Contains((byte)'"');
        }

        ReadOnlySpan<byte> stored = _unescaped.AsSpan(-1 - offset);
        return stored.Slice(sizeof(int), MemoryMarshal.Read<int>(stored)).SequenceEqual(name);
    }

    /// <summary>Twice the room. The slots are given back first: they are made anew from the entries.</summary>
    private void Grow(int sourceBytes)
    {
        Charge((2L * _slotCount * SlotBytes) + ((long)_slotCount * EntryBytes), sourceBytes);
        BodyBuffers.Return(_slots);
        _slots = [];

        byte[] larger = BodyBuffers.Rent(_slotCount * EntryBytes); // half as many entries as there will be slots
        _entries.AsSpan(0, _count * EntryBytes).CopyTo(larger);
        BodyBuffers.Return(_entries);
        _entries = larger;

        MakeSlots(2 * _slotCount);
        Span<int> slots = Slots;
        Span<Entry> entries = Entries;
        for (int index = 0; index < _count; index++)
        {
            int slot = StartOf(entries[index].Hash);
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & (_slotCount - 1);
            }

            slots[slot] = index + 1;
        }
    }

    private void MakeSlots(int count)
    {
        _slots = BodyBuffers.Rent(count * SlotBytes);
        _slotCount = count;
        Slots.Clear();
    }

    /// <exception cref="StoreBusyException">The budget has no room for so much.</exception>
    private void Charge(long bytes, int sourceBytes)
    {
        long more = bytes - Math.Max(SmallBytes, 2L * sourceBytes) - _taken;
        if (more > 0)
        {
            _budget?.Take(more);
            _taken += more;
        }
    }

    private readonly record struct Entry(uint Hash, int Offset);
}
