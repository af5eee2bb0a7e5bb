using System.Globalization;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>One file of remembered requests as it is in memory: where the chains of its entries begin, and nothing of the entries.</summary>
/// <remarks>
/// Owns: the beginnings. Thread: one adds, any looks up.
/// Invariant: an entry is in the file before a chain leads to it, and a chain leads backwards only.
/// Each entry is in the chain that its key's digest chooses. So a look-up reads about as many entries as the file has for each
/// chain, and a file takes four bytes of memory for each chain, at most 1 MiB, however many requests it has.
/// </remarks>
internal sealed class RequestFile(RequestFileHeader header)
{
    public const int ChainsMin = 1 << 10;

    public const int ChainsMax = 1 << 18;

    /// <summary>Entries of a chain, beyond which a new file has more chains.</summary>
    private const int ChainLengthMax = 4;

    private const string Suffix = ".requests";
    private const int NameDigits = 8;
    private const int FirstRead = 512; // holds an entry of one document, mostly

    private readonly uint[] _chains = new uint[header.Chains];
    private volatile string? _damage;

    public RequestFileHeader Header => header;

    public long Number => header.Number;

    public string Name => NameOf(header.Number);

    /// <summary>Entries that are no seals.</summary>
    public int Entries { get; private set; }

    /// <summary>Whether look-ups in it take more reads than in a larger one.</summary>
    public bool IsCrowded => header.Chains < ChainsMax && Entries >= ChainLengthMax * header.Chains;

    /// <summary>Up to here it is synced: nothing behind counts.</summary>
    public long DurableThrough { get; set; } = RequestFileHeader.Bytes;

    /// <summary>Of its last entry's commit; 0: it has none.</summary>
    public long LastSequence { get; private set; }

    /// <summary>When its last entry was written, by the time that the store has been running.</summary>
    public TimeSpan LastRunning { get; set; } = header.Running;

    /// <summary>How long the store had been running at the last time that the file tells of it.</summary>
    public TimeSpan Running { get; private set; } = header.Running;

    /// <summary>Requests of later commits do not count, in files before this one.</summary>
    public long VoidAfter { get; private set; } = long.MaxValue;

    /// <summary>Whether the header is that of the file; else one stands in for it.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Intact requests behind the last seal. Nobody knows whether they are all, and the journal has them still, or the seal was damaged.</summary>
    public IReadOnlyList<KnownRequest> Unsealed { get; set; } = [];

    /// <summary>Whether there is something in it to grow old.</summary>
    public bool IsRemembering => Entries > 0 || Damage is not null;

    /// <summary>Why a key that is not found in it may have been there all the same; null when it has not.</summary>
    public string? Damage => _damage;

    public static string NameOf(long number) => number.ToString($"D{NameDigits}", CultureInfo.InvariantCulture) + Suffix;

    /// <summary>The number of the file with that name; null where it is no such name.</summary>
    public static long? TryParseName(string name) =>
        name.EndsWith(Suffix, StringComparison.Ordinal) && long.TryParse(name.AsSpan(0, name.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        && number > 0 && NameOf(number) == name ? number : null;

    public void NoteRunning(TimeSpan running) => Running = running > Running ? running : Running;

    /// <summary>Not all of it can be read: when its last entry was written is not known.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>Something of it cannot be read. The first damage that is found is told.</summary>
    public void NoteDamage(string damage)
    {
        IsIncomplete = true;
        _damage ??= damage;
    }

    /// <summary>Where the chain of the key begins at present.</summary>
    public long ChainOf(Sha256Digest key) => Volatile.Read(ref _chains[Place(key)]) * (long)RequestEntry.Alignment;

    /// <summary>The entry at that place is in the file, and its <see cref="RequestEntry.Previous"/> is what its chain began with.</summary>
    public void Add(Sha256Digest key, long offset, in RequestEntry entry)
    {
        Volatile.Write(ref _chains[Place(key)], checked((uint)(offset / RequestEntry.Alignment)));
        Entries++;
        LastSequence = Math.Max(LastSequence, entry.Sequence);
        LastRunning = entry.Running > LastRunning ? entry.Running : LastRunning;
        NoteRunning(entry.Running);
        if (entry.Kind == RequestEntryKind.Void)
        {
            VoidAfter = Math.Min(VoidAfter, entry.Sequence);
            _damage ??= $"files before {Name} know commits above {entry.Sequence}, where the journal ended: an older journal was put beside them";
        }
        else if (entry.Kind == RequestEntryKind.Lost)
        {
            _damage ??= KnownRequest.Lost(entry.Sequence).Loss;
        }
    }

    /// <summary>The newest request with that key; null when there is none here, which says little where there is <see cref="Damage"/>.</summary>
    /// <exception cref="FileSystemException">The file cannot be read.</exception>
    public KnownRequest? Find(IDirectory directory, Sha256Digest key)
    {
        long offset = ChainOf(key);
        if (offset == 0)
        {
            return null;
        }

        using IFile? file = directory.TryOpen(Name, FileAccess.Read);
        if (file is null)
        {
            NoteDamage($"{Name} is gone");
            return null;
        }

        byte[] buffer = new byte[FirstRead];
        while (offset > 0)
        {
            if (TryRead(file, offset, ref buffer) is not { } entry || entry.Previous >= offset)
            {
                NoteDamage($"{Name}: the entry at offset {offset} cannot be read");
                return null;
            }

            if (entry.Kind == RequestEntryKind.Request && RequestEntry.KeyOf(buffer) == key)
            {
                return entry.ToRequest(buffer) ?? throw new StoreFormatException($"{Name}: the request at offset {offset} was written by a later version.");
            }

            offset = entry.Previous;
        }

        return null;
    }

    /// <summary>Once more past the page cache where the bytes are not those that were written.</summary>
    private RequestEntry? TryRead(IFile file, long offset, ref byte[] buffer)
    {
        if (TryReadOnce(file, offset, ref buffer) is { } entry)
        {
            return entry;
        }

        file.DropCache();
        return TryReadOnce(file, offset, ref buffer);
    }

    private RequestEntry? TryReadOnce(IFile file, long offset, ref byte[] buffer)
    {
        int read = file.Read(buffer, offset);
        int bytes = RequestEntry.ClaimedBytes(buffer.AsSpan(0, read));
        if (bytes > buffer.Length && bytes <= file.GetLength() - offset)
        {
            buffer = new byte[bytes];
            read = file.Read(buffer, offset);
        }

        return RequestEntry.TryRead(buffer.AsSpan(0, read), Number);
    }

    /// <summary>Which chain is the key's.</summary>
    public int Place(Sha256Digest key)
    {
        Span<byte> bytes = stackalloc byte[Sha256Digest.Bytes];
        key.CopyTo(bytes);
        return (int)(System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) & (uint)(header.Chains - 1));
    }
}
