using System.Text;
using DocService.Index.Families;
using DocService.Index.History;
using DocService.Index.Rocks;
using DocService.Index.Rows;
using DocService.Storage;
using DocService.Storage.Model;
using DocService.Storage.Reports;
using DocService.Storage.Reports.Findings;

namespace DocService.Index;

/// <summary>Compares an index with the documents, both ways, while these are verified. Changes nothing.</summary>
/// <remarks>
/// Owns: the index, opened for reading, and a directory for what the library tells of itself. Thread: the verification's.
/// What commits behind the index's position have changed is not compared: the next start reads those commits. An index that the
/// next start makes anew in any case is no damage.
/// </remarks>
/// <param name="directory">Of the index.</param>
/// <param name="clock">Tells which versions have ended.</param>
public sealed class IndexVerification(string directory, TimeProvider clock) : IVerificationWitness, IDisposable
{
    private const string File = IndexOptions.DirectoryName;

    private readonly DirectoryInfo _log = Directory.CreateTempSubdirectory("docservice-verify-");
    private readonly Dictionary<Sha256Digest, Commit> _journal = []; // by the document's id: its last commit there
    private readonly HashSet<Sha256Digest> _documents = []; // that exist, by their ids
    private readonly List<VerificationDamage> _damage = [];
    private readonly HistoryVerification _history = new(clock.GetUtcNow());
    private RocksDatabase? _database;
    private RocksSnapshot? _rows;
    private string? _remark;
    private long _position;
    private long _first = long.MaxValue; // of the commits in the journal

    private readonly record struct Commit(DocumentKey Key, long Sequence, long Version, bool IsDelete);

    /// <inheritdoc/>
    public void Begin(Guid? storeId)
    {
        if (!Directory.Exists(directory))
        {
            _remark = "There is no index; the next start makes it.";
            return;
        }

        try
        {
            _database = RocksDatabase.OpenForReading(directory, _log.FullName);
            _rows = _database.TakeSnapshot();
            using RocksValue row = _rows.Read(Family.State, IndexState.Key);
            IndexState? state = IndexState.TryRead(row.Bytes);
            _position = state?.Position ?? 0;
            if (state is null or { IsBuilding: true } || state.StoreId != storeId)
            {
                Leave("The index is not whole, or another store's; the next start makes it anew.");
            }
        }
        catch (IndexFailedException exception)
        {
            Leave($"The index cannot be read, and the next start makes it anew: {exception.Message}");
        }
    }

    /// <inheritdoc/>
    public void Written(DocumentKey key, long sequence, long version, bool isDelete)
    {
        _first = Math.Min(_first, sequence);
        _history.Written(key, version);
        if (_rows is not null && (!_journal.TryGetValue(key.Digest, out Commit known) || known.Sequence <= sequence))
        {
            _journal[key.Digest] = new Commit(key, sequence, version, isDelete);
        }
    }

    /// <inheritdoc/>
    public void Filed(DocumentKey key, DocumentInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        _documents.Add(key.Digest);
        if (_journal.TryGetValue(key.Digest, out Commit commit) && (commit.Sequence > _position || commit.Version > info.Version))
        {
            return; // the journal has the newer version, which is compared at the end
        }

        _journal.Remove(key.Digest); // it says nothing more
        Compare(key, info.Version, info);
    }

    /// <inheritdoc/>
    public void Kept(DocumentKey key, DocumentInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        Guard(rows =>
        {
            if (_history.Compare(rows, _position, key, info) is { } difference)
            {
                Add(difference);
            }
        });
    }

    /// <inheritdoc/>
    public void Finish(long durableThrough, IList<VerificationDamage> damage, IList<string> remarks)
    {
        ArgumentNullException.ThrowIfNull(damage);
        ArgumentNullException.ThrowIfNull(remarks);
        if (_rows is not null && (_position > durableThrough || (_position < durableThrough && _first > _position + 1)))
        {
            Leave($"The index knows commit {_position}, the journal holds those from {_first} to {durableThrough}: if some are missing, the next start makes the index anew.");
        }

        foreach (Commit commit in _journal.Values.Where(commit => !commit.IsDelete))
        {
            _documents.Add(commit.Key.Digest);
            if (commit.Sequence <= _position)
            {
                Compare(commit.Key, commit.Version, filed: null);
            }
        }

        FindSurplus();
        Guard(rows =>
        {
            foreach (string surplus in _history.FindSurplus(rows, IsWrittenSince))
            {
                Add(surplus);
            }
        });
        if (_remark is not null)
        {
            remarks.Add(_remark);
        }

        if (_rows is not null)
        {
            _damage.ForEach(damage.Add);
        }
    }

    public void Dispose()
    {
        _rows?.Dispose();
        _database?.Close();
        _log.Delete(recursive: true);
    }

    private void Compare(DocumentKey key, long version, DocumentInfo? filed) => Guard(rows =>
    {
        using RocksValue row = rows.Read(Family.Documents, Encoding.UTF8.GetBytes(key.Id));
        DocumentFacts? facts = row.IsFound ? DocumentRow.Read(row.Bytes, out _) : null;
        if (facts?.Info is not { } info)
        {
            Add($"the index lacks '{Shown(key.Id)}', whose version is {version}");
        }
        else if (info.Version != version || (filed is not null && info.Sha256 != filed.Sha256))
        {
            Add($"the index has version {info.Version} of '{Shown(key.Id)}', the document has version {version}");
        }
        else if (filed is not null && info.Expires != filed.Expires)
        {
            Add($"the index has another end for version {version} of '{Shown(key.Id)}' than the document");
        }
    });

    /// <summary>What the index shows and nothing else has.</summary>
    private void FindSurplus() => Guard(rows =>
    {
        using RocksIterator documents = rows.Iterate(Family.Documents, [], []);
        for (bool isValid = documents.First(); isValid; isValid = documents.Next())
        {
            DocumentFacts facts = DocumentRow.Read(documents.Value, out _);
            Sha256Digest digest = Sha256Digest.Of(documents.Key);
            if (facts.Info is not null && !IsWrittenSince(digest) && !_documents.Contains(digest))
            {
                Add($"the index has version {facts.Version} of '{Shown(Encoding.UTF8.GetString(documents.Key))}', and no file of it is intact");
            }
        }
    });

    private bool IsWrittenSince(Sha256Digest id) => _journal.TryGetValue(id, out Commit commit) && commit.Sequence > _position;

    /// <summary>As long as there is an index that can be read.</summary>
    private void Guard(Action<RocksSnapshot> compare)
    {
        try
        {
            if (_rows is not null)
            {
                compare(_rows);
            }
        }
        catch (IndexFailedException exception)
        {
            Leave($"The index cannot be read, and the next start makes it anew: {exception.Message}");
        }
    }

    private void Leave(string remark)
    {
        _remark = remark;
        _rows?.Dispose();
        _rows = null;
    }

    private void Add(string what) => _damage.Add(new VerificationDamage(File, 0, what));

    /// <summary>A hidden document's mark does not print.</summary>
    private static string Shown(string id) => id.Replace("\0", "hidden ", StringComparison.Ordinal);
}
