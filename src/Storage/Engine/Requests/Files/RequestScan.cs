using DocService.Storage.Io;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>Reads a requests file from its first entry to its last and checks all of it.</summary>
/// <remarks>
/// Only what lies before the highest DurableThrough of any entry counts: what lies behind was never synced, and its commits are
/// in the journal still. Each entry tells how much was synced when it was written, and how many requests that were. So an entry that is
/// missing among those that count is noticed, wherever it was. Thread: one.
/// </remarks>
internal static class RequestScan
{
    /// <summary>It is read in pieces of this size; an entry that is longer is read whole.</summary>
    public const int WindowBytes = 1 << 20;

    /// <summary>The file, with damage told in it; null where its header cannot be read.</summary>
    /// <exception cref="FileSystemException">It cannot be read; blocks that the device cannot read are no such error.</exception>
    /// <exception cref="StoreFormatException">It was written by a later version.</exception>
    /// <exception cref="OperationCanceledException">It is stopping.</exception>
    public static RequestFile? Read(IDirectory directory, long number, Func<bool>? isStopping = null)
    {
        using IFile? opened = directory.TryOpen(RequestFile.NameOf(number), FileAccess.Read);
        if (opened is null)
        {
            return null;
        }

        var source = new PatchyFile(opened);
        byte[] block = new byte[RequestFileHeader.Bytes];
        if (source.Read(block, 0) != block.Length || RequestFileHeader.TryRead(block, number) is not { } header)
        {
            return null;
        }

        var file = new RequestFile(header);
        ReadEntries(source, file, isStopping);
        if (source.UnreadableAt is { } at && at < file.DurableThrough)
        {
            file.NoteDamage($"{file.Name}: the device cannot read it at offset {at}");
        }

        return file;
    }

    private static void ReadEntries(PatchyFile source, RequestFile file, Func<bool>? isStopping)
    {
        long length = source.GetLength();
        var window = new Window(source, length, isStopping);
        var unsynced = new List<(Sha256Digest Key, long Offset, RequestEntry Entry)>(); // behind the last entry that says so
        for (long offset = RequestFileHeader.Bytes; offset + RequestEntry.FixedBytes <= length;)
        {
            if (RequestEntry.TryRead(window.At(offset), file.Number) is not { } entry)
            {
                offset = (offset / RequestFileHeader.Bytes * RequestFileHeader.Bytes) + RequestFileHeader.Bytes; // padding, or damage: the next batch begins on a block
                continue;
            }

            file.NoteRunning(entry.Running);
            if (entry.DurableThrough > file.DurableThrough)
            {
                file.DurableThrough = entry.DurableThrough;
                Take(unsynced, file);
                if (entry.SyncedEntries != file.Entries)
                {
                    file.NoteDamage($"{file.Name}: {entry.SyncedEntries - file.Entries} of the requests before offset {entry.DurableThrough} cannot be read");
                }
            }

            if (entry.Kind != RequestEntryKind.Seal)
            {
                unsynced.Add((RequestEntry.KeyOf(window.At(offset)), offset, entry));
            }

            offset += entry.PaddedBytes;
        }

        Take(unsynced, file);
        file.Unsealed = [.. unsynced.Select(one => one.Entry.ToRequest(window.At(one.Offset)) ?? KnownRequest.Lost(one.Entry.Sequence))];
    }

    /// <summary>Moves what is known to be synced.</summary>
    private static void Take(List<(Sha256Digest Key, long Offset, RequestEntry Entry)> unsynced, RequestFile file)
    {
        int count = unsynced.FindIndex(one => one.Offset >= file.DurableThrough);
        count = count < 0 ? unsynced.Count : count;
        foreach ((Sha256Digest key, long offset, RequestEntry entry) in unsynced.Take(count))
        {
            file.Add(key, offset, entry);
        }

        unsynced.RemoveRange(0, count);
    }

    /// <summary>A part of the file in memory; an entry is read whole, whatever its length.</summary>
    private sealed class Window(PatchyFile source, long length, Func<bool>? isStopping)
    {
        private byte[] _bytes = new byte[WindowBytes];
        private long _start;
        private int _count;

        /// <summary>From the offset on: as many bytes as the entry there claims to have, if the file has them.</summary>
        public ReadOnlySpan<byte> At(long offset)
        {
            ReadOnlySpan<byte> bytes = From(offset, RequestEntry.FixedBytes);
            int claimed = RequestEntry.ClaimedBytes(bytes);
            return claimed > bytes.Length && claimed <= length - offset ? From(offset, claimed) : bytes;
        }

        private ReadOnlySpan<byte> From(long offset, int bytes)
        {
            if (offset < _start || offset + bytes > _start + _count)
            {
                if (isStopping?.Invoke() == true)
                {
                    throw new OperationCanceledException();
                }

                _bytes = bytes > _bytes.Length ? new byte[bytes] : _bytes;
                _start = offset;
                _count = source.Read(_bytes, offset);
            }

            return _bytes.AsSpan((int)(offset - _start), _count - (int)(offset - _start));
        }
    }
}
