using DocService.Storage.Io;

namespace DocService.Storage.Engine.Requests.Files;

/// <summary>Appends to the requests file that this opening has begun.</summary>
/// <remarks>
/// Owns: the open file. Thread: one.
/// Invariant: no byte of a synced block is written again, because a torn rewrite would take other requests with it.
/// On failure: nothing is told to be filed. After a failed write the same place is written again; after a failed sync this file
/// is never synced again.
/// </remarks>
internal sealed class RequestWriter : IDisposable
{
    private readonly IFile _file;
    private readonly FileSystemException _untold;
    private byte[] _buffer = [];
    private long _end = RequestFileHeader.Bytes; // the next batch begins here

    private RequestWriter(IFile file, RequestFile written)
    {
        _file = file;
        _untold = new FileSystemException(SystemCall.SyncData, file.Path, Errno.EIO);
        Target = written;
    }

    public RequestFile Target { get; }

    public long Length => _end;

    /// <summary>Makes the file: its name is durable, and its header before that.</summary>
    public static RequestWriter Begin(SyncedDirectory directory, string tempName, RequestFile file)
    {
        directory.Entries.TryUnlink(tempName);
        IFile opened = directory.Entries.Create(tempName);
        try
        {
            byte[] block = new byte[RequestFileHeader.Bytes];
            file.Header.Write(block);
            opened.Write(block, 0);
            opened.Sync();
            directory.Entries.Rename(tempName, directory.Entries, file.Name);
            directory.Sync();
            return new RequestWriter(opened, file);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Appends as many requests as fit the piece, at least one, and returns how many. They are synced, and so is a seal that says it.</summary>
    public int Add(IReadOnlyList<KnownRequest> requests, int first, int pieceBytes, TimeSpan running)
    {
        long start = _end;
        int count = Measure(requests, first, pieceBytes, out int bytes);
        Reserve(bytes);
        var entries = new (RequestEntry Entry, long Offset)[count];
        var chains = new Dictionary<long, long>(); // what the entries before in this piece have made of the chains
        int end = 0;
        for (int index = 0; index < count; index++)
        {
            KnownRequest request = requests[first + index];
            int place = Target.Place(request.Key);
            var entry = new RequestEntry
            {
                Kind = request.IsVoid ? RequestEntryKind.Void : request.IsLost ? RequestEntryKind.Lost : RequestEntryKind.Request,
                Bytes = RequestEntry.Measure(request),
                Previous = chains.TryGetValue(place, out long before) ? before : Target.ChainOf(request.Key),
                DurableThrough = start,
                Running = running,
                Sequence = request.Sequence,
                SyncedEntries = Target.Entries,
            };
            entry.Write(_buffer.AsSpan(end), Target.Number, request);
            chains[place] = start + end;
            entries[index] = (entry, start + end);
            end += entry.PaddedBytes;
        }

        long sealAt = BlockAlign(start + end);
        _file.Write(_buffer.AsSpan(0, (int)(sealAt - start)), start);
        Sync();
        Seal(sealAt, running, Target.Entries + count);
        for (int index = 0; index < count; index++)
        {
            Target.Add(requests[first + index].Key, entries[index].Offset, entries[index].Entry);
        }

        Target.DurableThrough = sealAt;
        _end = sealAt + RequestFileHeader.Bytes;
        return count;
    }

    /// <summary>Notes how long the store has been running, by a seal more.</summary>
    public void KeepTime(TimeSpan running)
    {
        Reserve(RequestFileHeader.Bytes);
        Seal(_end, running, Target.Entries);
        Target.NoteRunning(running);
        Target.DurableThrough = _end;
        _end += RequestFileHeader.Bytes;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>It is synced too: without it, damage to what it covers could be taken for what was never synced.</summary>
    private void Seal(long offset, TimeSpan running, int entries)
    {
        Span<byte> block = _buffer.AsSpan(0, RequestFileHeader.Bytes);
        block.Clear();
        var seal = new RequestEntry
        {
            Kind = RequestEntryKind.Seal,
            Bytes = RequestEntry.FixedBytes,
            Previous = 0,
            DurableThrough = offset,
            Running = running,
            Sequence = 0,
            SyncedEntries = entries,
        };
        seal.Write(block, Target.Number, null);
        _file.Write(block, offset);
        Sync();
    }

    private void Sync()
    {
        try
        {
            _file.SyncData();
        }
        catch (OutOfMemoryException)
        {
            throw _untold; // a sync that succeeds takes no memory: this one failed, and there was none to say so
        }
    }

    private static int Measure(IReadOnlyList<KnownRequest> requests, int first, int pieceBytes, out int bytes)
    {
        int count = 0;
        bytes = 0;
        while (first + count < requests.Count)
        {
            int more = RequestEntry.Align(RequestEntry.Measure(requests[first + count]));
            if (count > 0 && bytes + more > pieceBytes)
            {
                break;
            }

            bytes += more;
            count++;
        }

        return count;
    }

    private void Reserve(int bytes)
    {
        int needed = (int)BlockAlign(bytes);
        if (_buffer.Length < needed)
        {
            _buffer = new byte[Math.Max(needed, RequestFileHeader.Bytes)];
        }

        _buffer.AsSpan(0, needed).Clear();
    }

    private static long BlockAlign(long position) => (position + RequestFileHeader.Bytes - 1) / RequestFileHeader.Bytes * RequestFileHeader.Bytes;
}
