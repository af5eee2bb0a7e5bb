using System.Text.Json;
using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine;

/// <summary>
/// The ceiling under which sequences may be handed out, in the file SEQUENCE. A start begins at the ceiling it finds,
/// so no sequence is ever used twice, and no document is read to find out.
/// </summary>
/// <remarks>
/// Owns: SEQUENCE and the spare that becomes the next one. Thread: one at a time (the caller's lock).
/// Invariant: the ceiling in memory is never above the durable one.
/// The spare has its block on disk beforehand, so that a full disk still grants a lease and takes deletes.
/// </remarks>
internal sealed class SequenceLease
{
    /// <summary>Sequences per lease: two syncs in a million commits, and a start skips a millionth of the range.</summary>
    public const long Step = 1_000_000;

    /// <summary>Sequences stay below 10^15: exact in a double, so JSON readers in every language keep them.</summary>
    public const long Max = 1_000_000_000_000_000;

    private const string Name = "SEQUENCE";
    private const string SpareName = "SEQUENCE.next";

    /// <summary>Every content has this length, so that overwriting the spare takes no space.</summary>
    private const int FileBytes = 128;

    private readonly IDirectory _data;

    private SequenceLease(IDirectory data, long ceiling)
    {
        _data = data;
        Ceiling = ceiling;
    }

    /// <summary>Sequences up to this one are leased.</summary>
    public long Ceiling { get; private set; }

    private static ReadOnlySpan<byte> ChecksumMember => "check"u8;

    /// <summary>First start: makes the file. Its name becomes durable with the caller's sync of the data directory.</summary>
    public static void Initialize(IDirectory data)
    {
        data.TryUnlink(Name);
        using IFile file = data.Create(Name);
        file.Write(Encode(0), 0);
        file.Sync();
    }

    /// <exception cref="StoreFormatException">The file is missing or damaged: which sequences were handed out is unknown.</exception>
    public static SequenceLease Open(IDirectory data)
    {
        using IFile file = data.TryOpen(Name, FileAccess.Read)
            ?? throw new StoreFormatException($"{data.Path}/{Name} is missing; without it versions could be handed out twice.");
        Span<byte> content = stackalloc byte[FileBytes];
        int count = file.Read(content, 0);
        if (count != FileBytes || file.GetLength() != FileBytes || Decode(content) is not { } ceiling)
        {
            throw new StoreFormatException($"{file.Path} is damaged; without it versions could be handed out twice.");
        }

        var lease = new SequenceLease(data, ceiling);
        if (lease.PrepareSpare())
        {
            data.Sync();
        }

        return lease;
    }

    /// <summary>Raises the ceiling by one step, durably.</summary>
    /// <exception cref="FileSystemException">The next file could not be written; the old ceiling stands and a later call may succeed.</exception>
    /// <exception cref="StoreFencedException">Which ceiling a power cut would leave is unknown; the store has been fenced.</exception>
    public void Extend(StoreHealth health)
    {
        long next = Ceiling + Step;
        if (next >= Max)
        {
            throw new StorageFaultException("All sequences have been handed out.");
        }

        WriteSpare(next);
        ChangeNames(health, () => _data.Rename(SpareName, _data, Name));
        Ceiling = next;

        // Only now, because the block of the file that was replaced is free once its removal is durable.
        if (PrepareSpare())
        {
            ChangeNames(health, () => { });
        }
    }

    private void ChangeNames(StoreHealth health, Action change)
    {
        try
        {
            change();
            _data.Sync();
        }
        catch (FileSystemException exception)
        {
            health.Fence($"the sequence lease may not be durable: {exception.Message}", exception);
            health.ThrowIfFenced();
        }
    }

    private void WriteSpare(long ceiling)
    {
        try
        {
            using IFile spare = _data.TryOpen(SpareName, FileAccess.ReadWrite) ?? _data.Create(SpareName);
            spare.Write(Encode(ceiling), 0);
            spare.Sync();
        }
        catch (FileSystemException)
        {
            // After a failed sync this file proves nothing any more, whatever a later sync says.
            TryDropSpare();
            throw;
        }
    }

    private void TryDropSpare()
    {
        try
        {
            _data.TryUnlink(SpareName);
        }
        catch (FileSystemException)
        {
            // It stays and is written anew before its next use. The failure that brought us here is the one to tell.
        }
    }

    private static byte[] Encode(long ceiling)
    {
        byte[] content = new byte[FileBytes];
        var line = new LineWriter(content, 0);
        line.Raw("{\"docservice\":1,\"ceiling\":"u8);
        line.Number(ceiling);

        // JSON allows the padding before the member that ends the line.
        while (line.Length < FileBytes - ChecksummedLine.TailBytes(ChecksumMember))
        {
            line.Raw(" "u8);
        }

        ChecksummedLine.Finish(content, line.Length, ChecksumMember);
        return content;
    }

    private static long? Decode(ReadOnlySpan<byte> content)
    {
        if (!ChecksummedLine.IsIntact(content, ChecksumMember))
        {
            return null;
        }

        var reader = new Utf8JsonReader(content);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.TryGetProperty("ceiling"u8, out JsonElement value) && value.TryGetInt64(out long ceiling) && ceiling is >= 0 and < Max
            ? ceiling
            : null;
    }

    /// <summary>
    /// Allocates the next spare while there is room. Without one the next lease allocates for itself, or is refused.
    /// One that is there is written again: a full disk or a power cut may have left the name without its block.
    /// True when its name is new: it survives a power cut, and serves a start on a full disk, after the caller's sync.
    /// </summary>
    private bool PrepareSpare()
    {
        try
        {
            IFile? old = _data.TryOpen(SpareName, FileAccess.ReadWrite);
            using IFile spare = old ?? _data.Create(SpareName);
            spare.Write(new byte[FileBytes], 0);
            spare.Sync();
            return old is null;
        }
        catch (FileSystemException exception) when (exception.IsOutOfSpace || exception.IsOutOfHandles)
        {
            // Extend works without a spare as long as there is room by then.
            return false;
        }
    }
}
