namespace DocService.Schemas;

/// <summary>Judges documents by schemas: what is quick on the caller's thread, what takes long on few at a time, so that others go on.</summary>
/// <remarks>
/// Owns: the bound. Thread: any.
/// On failure: <see cref="StoreBusyException"/> where it would have waited too long, or memory is short; nothing has been done.
/// </remarks>
/// <param name="budget">Charged for documents while they are judged; null: nothing.</param>
/// <param name="threads">How many long judgements run at a time.</param>
/// <param name="longestWait">For a place among them.</param>
public sealed class SchemaJudge(ByteBudget? budget, int threads, TimeSpan longestWait) : IDisposable
{
    /// <summary>About a millisecond: most documents take less.</summary>
    private const long QuickWork = 50_000;

    /// <summary>What is longer is not quick, whatever the schema.</summary>
    public const int QuickBytes = 64 * 1024;

    private readonly SemaphoreSlim _places = new(threads);

    /// <summary>Judges on the caller's thread what is quick: null when the document passes. False where it is not.</summary>
    public bool TryJudge(string collection, DocumentSchema schema, ReadOnlyMemory<byte> body, out SchemaViolation? violation)
    {
        ArgumentNullException.ThrowIfNull(schema);
        SchemaVerdict quick = body.Length > QuickBytes ? SchemaVerdict.TooCostly : schema.Judge(body, budget, QuickWork);
        bool isDone = quick.Outcome != SchemaOutcome.TooCostly;
        violation = isDone ? ViolationOf(collection, quick) : null;
        return isDone;
    }

    public void Dispose() => _places.Dispose();

    /// <summary>A turn among those whose judgements take long. Dispose it soon: all others wait.</summary>
    /// <exception cref="StoreBusyException">It waited too long.</exception>
    public async ValueTask<Turn> EnterAsync(CancellationToken cancellation) =>
        await _places.WaitAsync(longestWait, cancellation).ConfigureAwait(false) ? new Turn(this)
            : throw new StoreBusyException($"The document waited {longestWait.TotalSeconds} s to be judged by its schema, behind others.");

    private SchemaVerdict Judge(DocumentSchema schema, ReadOnlyMemory<byte> body) => schema.Judge(body, budget, DocumentSchema.WorkOf(body.Length));

    private static SchemaViolation? ViolationOf(string collection, SchemaVerdict verdict) =>
        verdict.Outcome == SchemaOutcome.Passed ? null : new SchemaViolation(collection, verdict);

    /// <summary>One of the places. Disposed once.</summary>
    public readonly struct Turn : IDisposable
    {
        private readonly SchemaJudge _judge;

        internal Turn(SchemaJudge judge) => _judge = judge;

        /// <summary>However long it takes, within the bounds of <see cref="DocumentSchema"/>.</summary>
        public SchemaVerdict Judge(DocumentSchema schema, ReadOnlyMemory<byte> body)
        {
            ArgumentNullException.ThrowIfNull(schema);
            return _judge.Judge(schema, body);
        }

        /// <summary>The same; null when the document passes.</summary>
        public SchemaViolation? Judge(string collection, DocumentSchema schema, ReadOnlyMemory<byte> body) => ViolationOf(collection, Judge(schema, body));

        public void Dispose() => _judge._places.Release();
    }
}
