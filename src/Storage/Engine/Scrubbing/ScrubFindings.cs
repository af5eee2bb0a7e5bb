using DocService.Storage.Reports;
using Microsoft.Extensions.Logging;

namespace DocService.Storage.Engine.Scrubbing;

/// <summary>What the scrub has found, for operators.</summary>
/// <remarks>Owns: the damaged files that are known. Thread: the scrub's changes it, any reads.</remarks>
internal sealed class ScrubFindings(TimeProvider clock, ILogger logger)
{
    /// <summary>A disk that rots as a whole must not fill the memory.</summary>
    private const int DamageMax = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ScrubDamage> _damage = [];
    private bool _isRunning;
    private DateTimeOffset? _finished;
    private string? _problem;
    private long _files;
    private long _bytes;
    private long _restored;
    private long _differences;

    public ScrubReport Report
    {
        get
        {
            lock (_gate)
            {
                return new ScrubReport
                {
                    IsRunning = _isRunning,
                    Finished = _finished,
                    Problem = _problem,
                    Files = _files,
                    Bytes = _bytes,
                    Restored = _restored,
                    Differences = _differences,
                    Damage = [.. _damage.Values.OrderBy(static one => one.Since)],
                };
            }
        }
    }

    /// <summary>A round is under way.</summary>
    public bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _isRunning;
            }
        }
    }

    public void Begin()
    {
        lock (_gate)
        {
            _isRunning = true;
            _problem = null;
        }
    }

    public void Finish()
    {
        lock (_gate)
        {
            _isRunning = false;
            _finished = clock.GetUtcNow();
        }
    }

    public void GiveUp(Exception exception)
    {
        logger.LogError(exception, "The scrub has ended: {Reason}. Documents do not notice; the next start scrubs again.", exception.Message);
        lock (_gate)
        {
            _isRunning = false;
            _problem = exception.Message;
        }
    }

    public void NoteRead(long bytes)
    {
        lock (_gate)
        {
            _files++;
            _bytes += bytes;
        }
    }

    /// <summary>Told at once, the first time.</summary>
    public void NoteDamage(string file, string? id, string what)
    {
        lock (_gate)
        {
            bool isKnown = _damage.TryGetValue(file, out ScrubDamage? known);
            if (isKnown || _damage.Count < DamageMax)
            {
                _damage[file] = new ScrubDamage(file, id, what, known?.Since ?? clock.GetUtcNow());
            }

            if (isKnown)
            {
                return;
            }
        }

        logger.LogError("The scrub found {File} damaged, of the document '{Id}': {What}", file, id, what);
    }

    /// <summary>The file is intact, or gone.</summary>
    public void NoteNoDamage(string file)
    {
        lock (_gate)
        {
            _damage.Remove(file);
        }
    }

    /// <param name="file">That was damaged.</param>
    /// <param name="id">Of its document.</param>
    /// <param name="version">That it has.</param>
    /// <param name="source">Where the bytes were intact.</param>
    public void NoteRestored(string file, string id, long version, string source)
    {
        lock (_gate)
        {
            _damage.Remove(file);
            _restored++;
        }

        logger.LogWarning("The scrub restored {File}, version {Version} of the document '{Id}', from {Source}; a damaged file is kept in quarantine/", file, version, id, source);
    }

    /// <summary>The index is damaged, or says something else than the documents: it is made anew, which its own status shows.</summary>
    public void NoteDifference(IDocumentCopies copies, string what)
    {
        lock (_gate)
        {
            _differences++;
        }

        logger.LogError("The scrub found the index damaged, and has it made anew: {What}", what);
        copies.NoteDifference(what);
    }

    /// <summary>After a directory has been read: what of it has not been met again is gone. What was missing before is not told of there.</summary>
    public void KeepOnly(string directory, IReadOnlySet<string> files) =>
        Forget(one => one.What != DocumentScrub.Missing && one.File.StartsWith(directory, StringComparison.Ordinal) && !files.Contains(one.File));

    /// <summary>After all documents of the index have been looked for.</summary>
    public void KeepOnlyMissing(IReadOnlySet<string> files) => Forget(one => one.What == DocumentScrub.Missing && !files.Contains(one.File));

    private void Forget(Func<ScrubDamage, bool> isGone)
    {
        lock (_gate)
        {
            foreach (ScrubDamage gone in _damage.Values.Where(isGone).ToArray())
            {
                _damage.Remove(gone.File);
            }
        }
    }
}
