using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine;

/// <summary>Carries out one put or delete to the end: judges the conditions, then the four steps, then the answer.</summary>
/// <remarks>
/// Thread: a write thread, whose slot names the temporary file; the caller holds the key's lock throughout.
/// On failure: every failed call is either harmless (this request alone is refused) or unknown (the store is
/// fenced and the key's readers get the error); see <see cref="WriteFaults"/>. Nothing is retried.
/// </remarks>
internal sealed class DocumentWriter(
    DocumentFiles files, Publications publications, Sequences sequences, StoreHealth health, DurabilityLevel promise, TimeProvider clock)
{
    private readonly WriteFaults _faults = new(health);

    public WriteResult Put(int slot, DocumentKey key, DocumentContent content, Conditions conditions)
    {
        health.ThrowIfFenced();
        DocumentPath path = DocumentPath.Of(key);
        CurrentDocument current = ReadCurrent(path, key);
        if (!current.Fulfils(conditions))
        {
            return new WriteResult { Status = WriteStatus.ConditionFailed, Document = current.Info };
        }

        long sequence = BeginSequence();
        DocumentInfo info = Describe(sequence, content, current.Info);
        try
        {
            WriteTemp(slot, path, key, info, content.Body.Span);
            KeepEvidence(current, path, sequence, slot);
            Publish(slot, path, key);
        }
        catch (Exception exception) when (exception is not OutcomeUnknownException)
        {
            sequences.End(sequence);
            throw;
        }

        sequences.End(sequence);
        health.MarkSpaceAvailable();
        return new WriteResult
        {
            Status = current.Exists ? WriteStatus.Replaced : WriteStatus.Created,
            Sequence = sequence,
            Level = promise,
            Document = info,
        };
    }

    public WriteResult Delete(DocumentKey key, Conditions conditions)
    {
        health.ThrowIfFenced();
        DocumentPath path = DocumentPath.Of(key);
        CurrentDocument current = ReadCurrent(path, key);
        if (!current.Exists)
        {
            return new WriteResult { Status = WriteStatus.NotFound };
        }

        if (!current.Fulfils(conditions))
        {
            return new WriteResult { Status = WriteStatus.ConditionFailed, Document = current.Info };
        }

        long sequence = BeginSequence();
        try
        {
            KeepEvidence(current, path, sequence, slot: null);
            Remove(path, key);
        }
        catch (Exception exception) when (exception is not OutcomeUnknownException)
        {
            sequences.End(sequence);
            throw;
        }

        sequences.End(sequence);
        return new WriteResult { Status = WriteStatus.Deleted, Sequence = sequence, Level = promise };
    }

    private CurrentDocument ReadCurrent(DocumentPath path, DocumentKey key)
    {
        try
        {
            using IFile? file = files.TryOpen(path);
            return file is null ? CurrentDocument.Absent : CurrentDocument.Of(DocumentReader.ReadInfo(file, key));
        }
        catch (DocumentCorruptException exception)
        {
            return CurrentDocument.Unreadable(exception);
        }
        catch (FileSystemException exception) when (!exception.IsOutOfHandles)
        {
            return CurrentDocument.Unreadable(new DocumentCorruptException(key, exception.Path, exception.Message, exception));
        }
        catch (FileSystemException exception)
        {
            throw _faults.Harmless(exception);
        }
    }

    private long BeginSequence()
    {
        try
        {
            return sequences.Begin();
        }
        catch (FileSystemException exception)
        {
            // No sequence was handed out; only a failed sync says something about the device.
            throw exception.Operation == "fsync" ? _faults.TempSync(exception) : _faults.Harmless(exception);
        }
    }

    private DocumentInfo Describe(long sequence, DocumentContent content, DocumentInfo? current)
    {
        // The clock may jump back; a document's dates do not.
        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset modified = current is not null && current.Modified > now ? current.Modified : now;
        return new DocumentInfo
        {
            Version = sequence,
            ContentType = content.ContentType,
            Created = current?.Created ?? modified,
            Modified = modified,
            Length = content.Body.Length,
            Sha256 = content.Sha256,
        };
    }

    private void WriteTemp(int slot, DocumentPath path, DocumentKey key, DocumentInfo info, ReadOnlySpan<byte> body)
    {
        bool isWritten = false;
        try
        {
            using IFile file = files.WriteTemp(slot, path, key, info, body);
            isWritten = true;
            file.Sync();
        }
        catch (FileSystemException exception)
        {
            files.TryDropTemp(slot, path);
            throw isWritten ? _faults.TempSync(exception) : _faults.Harmless(exception);
        }
    }

    /// <summary>An unreadable document is kept in quarantine before its name is given to something else.</summary>
    private void KeepEvidence(CurrentDocument current, DocumentPath path, long sequence, int? slot)
    {
        if (!current.IsUnreadable)
        {
            return;
        }

        try
        {
            files.Quarantine(path, sequence);
        }
        catch (FileSystemException exception)
        {
            if (slot is { } used)
            {
                files.TryDropTemp(used, path);
            }

            // The document stands as before, or beside its evidence; the unreadable one is nobody's loss either way.
            throw exception.Operation == "fsync" ? _faults.Unknown(exception) : _faults.Harmless(exception);
        }
    }

    /// <summary>Third and fourth step, with the key's readers kept away until the new name is durable.</summary>
    private void Publish(int slot, DocumentPath path, DocumentKey key)
    {
        publications.Begin(key);
        try
        {
            files.Publish(slot, path);
        }
        catch (Exception exception)
        {
            // A temporary file that is still there has not been renamed: then nothing happened.
            throw Conclude(key, exception, isHarmless: files.TryDropTemp(slot, path));
        }

        SyncNames(path, key);
    }

    private void Remove(DocumentPath path, DocumentKey key)
    {
        publications.Begin(key);
        try
        {
            files.Remove(path);
        }
        catch (Exception exception)
        {
            throw Conclude(key, exception, isHarmless: StillExists(path));
        }

        SyncNames(path, key);
    }

    private void SyncNames(DocumentPath path, DocumentKey key)
    {
        try
        {
            files.SyncNames(path);
        }
        catch (Exception exception)
        {
            throw Conclude(key, exception, isHarmless: false);
        }

        publications.End(key);
    }

    private StoreException Conclude(DocumentKey key, Exception exception, bool isHarmless)
    {
        if (isHarmless && exception is FileSystemException failure)
        {
            publications.End(key);
            return _faults.Harmless(failure);
        }

        StoreException error = _faults.Unknown(exception);
        publications.Abandon(key, new StoreFencedException($"Which version of '{key.Id}' is current is unknown until the store is restarted: {exception.Message}", exception));
        return error;
    }

    private bool StillExists(DocumentPath path)
    {
        try
        {
            return files.Exists(path);
        }
        catch (FileSystemException)
        {
            return false; // not known to exist
        }
    }
}
