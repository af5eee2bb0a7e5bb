using DocService.Index.Families;
using DocService.Index.Rows;
using DocService.Storage.Followers;
using Npgsql;

namespace DocService.Postgres.Querying;

/// <summary>The documents as of one commit: a transaction that sees nothing of what is committed afterwards.</summary>
/// <remarks>
/// Owns: a connection, and the transaction on it. Thread: any, one at a time.
/// On failure: <see cref="StoreException"/>, and the snapshot is lost; documents are not concerned.
/// </remarks>
/// <param name="connection">In a transaction that has its snapshot; it becomes this one's.</param>
/// <param name="state">Which commit that is, of which store.</param>
/// <param name="left">Called when the connection has been given back.</param>
internal sealed class DatabaseSnapshot(NpgsqlConnection connection, IndexState state, Action left) : IRowSnapshot
{
    private bool _isDisposed;

    public T Once<T>(Func<T> read)
        where T : class => read();

    public RowCursor Iterate(Family family, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool keepsCache = false) =>
        family == Family.Documents ? new DocumentCursor(connection, from, to) : throw Lacking(family);

    public RowLookup Look(Family family) => family switch
    {
        Family.Documents => new DocumentLookup(connection),
        Family.State => new StateLookup(state),
        _ => throw Lacking(family),
    };

    /// <summary>Not known.</summary>
    public long MeasureBytes(Family family, byte[] from, byte[] to) => 0;

    /// <summary>None that this process could read.</summary>
    public IReadOnlyList<CopyFile> ListFiles() => [];

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            connection.Dispose(); // rolls the transaction back
        }
        finally
        {
            left();
        }
    }

    /// <summary>Whatever needs it is refused before it comes here.</summary>
    private static NotSupportedException Lacking(Family family) => new($"The engine on PostgreSQL does not keep {family}.");

    /// <summary>No index is declared here: of the state there is one row.</summary>
    private sealed class StateLookup(IndexState state) : RowLookup
    {
        private byte[] _row = [];

        public override ReadOnlySpan<byte> Value => _row;

        public override bool Find(ReadOnlySpan<byte> key)
        {
            _row = key.SequenceEqual(IndexState.Key) ? state.ToRow() : [];
            return _row.Length > 0;
        }

        public override void Dispose()
        {
        }
    }
}
