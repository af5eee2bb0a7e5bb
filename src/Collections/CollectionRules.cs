using DocService.Collections.Definitions;
using DocService.Collections.Expiry;
using DocService.Collections.History;
using DocService.Collections.Unique;
using DocService.Index;
using DocService.Schemas;

namespace DocService.Collections;

/// <summary>The rule that judges every write by the definitions of collections.</summary>
/// <remarks>
/// Owns: the set of collections in force. Thread: any. It changes under the exclusive lock of the definitions, when a
/// definition is published and before that lock is given back.
/// Invariant: whoever holds that lock shared sees the definitions of every commit before, and the index knows them too.
/// </remarks>
public sealed class CollectionRules : IWriteRule
{
    /// <summary>Whoever deletes what is never there holds the definitions alone for a moment, and writes nothing.</summary>
    internal static readonly DocumentKey Barrier = DocumentKey.CreateHidden("collections-barrier");

    private readonly IndexFollower? _index;
    private readonly UniqueRule _values;
    private readonly SchemaJudge _schemas;
    private volatile CollectionSet _collections = CollectionSet.Empty;
    private volatile string? _unreadable;

    /// <param name="index">Of the same store; null where it has none.</param>
    /// <param name="schemas">Judges documents; whoever has made it disposes it.</param>
    public CollectionRules(IndexFollower? index, SchemaJudge schemas)
        : this(index, index is null ? null : new IndexedEntries(index), schemas)
    {
    }

    /// <param name="index">Told of the declared indexes.</param>
    /// <param name="entries">Where their entries are.</param>
    /// <param name="schemas">Judges documents.</param>
    internal CollectionRules(IndexFollower? index, IUniqueEntries? entries, SchemaJudge schemas)
    {
        _index = index;
        _schemas = schemas;
        _values = new UniqueRule(entries);
    }

    /// <summary>In force.</summary>
    public CollectionSet Collections => _collections;

    public long DefinitionsVersion => _collections.Version;

    /// <summary>Whether indexes can be kept at all.</summary>
    public bool HasIndex => _values.HasIndex;

    internal UniqueOverlay Overlay => _values.Overlay;

    /// <summary>Before any write is taken: what the definitions of an earlier life say.</summary>
    /// <param name="collections">All of them.</param>
    /// <param name="durableThrough">Of the store: what is written from now on is seen here.</param>
    internal void Begin(CollectionSet collections, long durableThrough)
    {
        Overlay.BeginFrom(durableThrough);
        Change(collections);
    }

    /// <summary>The list of collections cannot be read: no document is written, because nothing is known of its rules.</summary>
    internal void Stop(string reason)
    {
        _unreadable = reason;
        Change(CollectionSet.Empty);
    }

    public bool IsDefinition(DocumentKey key) => key == Barrier || CollectionName.Of(key) is not null;

    public ValueTask<RuleViolation?> JudgeBodyAsync(PutOperation operation, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return TryJudge(operation, out RuleViolation? violation) ? ValueTask.FromResult(violation) : JudgeLongAsync(operation, cancellation);
    }

    public bool TryJudgeBody(PutOperation operation, out RuleViolation? violation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return TryJudge(operation, out violation);
    }

    public void CollectValues(IReadOnlyList<DocumentOperation> operations, ICollection<Sha256Digest> values)
    {
        ArgumentNullException.ThrowIfNull(operations);
        ArgumentNullException.ThrowIfNull(values);
        UniqueRule.Collect(operations, _collections, values);
    }

    public void Judge(CommitDraft draft)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (WritesDefinition(draft.Operations))
        {
            new DefinitionJudge(_collections, _unreadable).Judge(draft, Change);
        }

        if (_unreadable is not null)
        {
            Refuse(draft, one => one.Operation is PutOperation { Key.IsHidden: false }, new IndexUnavailableViolation(IsFailed: true, _unreadable));
        }
        else
        {
            if (_collections.HasEnds)
            {
                DocumentEnds.Give(draft, _collections);
            }

            if (_collections.HasHistory)
            {
                DocumentHistory.Give(draft, _collections);
            }

            if (_collections.HasUnique)
            {
                _values.Judge(draft, _collections);
            }
        }
    }

    private static bool WritesDefinition(IReadOnlyList<DraftedOperation> operations)
    {
        for (int number = 0; number < operations.Count; number++)
        {
            if (operations[number].Writes && CollectionName.Of(operations[number].Operation.Key) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private static DefinitionViolation? JudgeDefinition(string name, PutOperation operation)
    {
        PutNotes notes = PutNotes.Of(operation);
        if (notes.Definition is null && notes.Fault is null)
        {
            notes.Definition = DefinitionParser.Parse(name, operation.Content.Body, out DefinitionFault? fault);
            notes.Fault = fault;
        }

        return notes.Fault is { } found ? new DefinitionViolation(DefinitionViolationKind.Invalid, found.Detail, found) : null;
    }

    /// <summary>What its schema says of it, judged by now; then what its values say.</summary>
    private RuleViolation? JudgeAll(PutOperation operation, Collection collection) =>
        (collection.Schema is null ? null : PutNotes.Of(operation).Judged?.Violation)
        ?? (RuleViolation?)(collection.SaysEnds ? DocumentEnds.Of(operation, collection).Violation : null)
        ?? UniqueRule.JudgeKeys(operation, _collections);

    private Collection? CollectionOf(PutOperation operation) => operation.Key.IsHidden ? null : _collections.Find(operation.Key.Id);

    /// <summary>Once for each body and schema: a change of other definitions does not make it work again. False where it would take long.</summary>
    private bool TryJudge(PutOperation operation, out RuleViolation? violation)
    {
        if (CollectionName.Of(operation.Key) is { } name)
        {
            violation = JudgeDefinition(name, operation);
            return true;
        }

        violation = null;
        if (CollectionOf(operation) is not { } collection || collection is { Schema: null, Unique.Count: 0, SaysEnds: false })
        {
            return true;
        }

        PutNotes notes = PutNotes.Of(operation);
        if (collection.Schema is { } schema && notes.Judged?.Schema != schema)
        {
            if (!_schemas.TryJudge(collection.Name, schema, operation.Content.Body, out SchemaViolation? found))
            {
                return false;
            }

            notes.Judged = (schema, found);
        }

        bool mustRead = (collection.Unique.Count > 0 && notes.Claims?.IsOf(collection) != true) || (collection.SaysEnds && notes.Ending?.Collection != collection);
        if (mustRead && operation.Content.Body.Length > SchemaJudge.QuickBytes)
        {
            return false; // looking for its values takes long, too
        }

        violation = JudgeAll(operation, collection);
        return true;
    }

    /// <summary>It may wait long for its turn: what counts is the schema that is in force then.</summary>
    private async ValueTask<RuleViolation?> JudgeLongAsync(PutOperation operation, CancellationToken cancellation)
    {
        PutNotes notes = PutNotes.Of(operation);
        using SchemaJudge.Turn turn = await _schemas.EnterAsync(cancellation).ConfigureAwait(false);
        Collection? collection = CollectionOf(operation);
        if (collection?.Schema is { } schema && notes.Judged?.Schema != schema)
        {
            notes.Judged = (schema, turn.Judge(collection.Name, schema, operation.Content.Body));
        }

        return collection is null ? null : JudgeAll(operation, collection);
    }

    private static void Refuse(CommitDraft draft, Func<DraftedOperation, bool> which, RuleViolation violation)
    {
        for (int number = 0; number < draft.Operations.Count; number++)
        {
            if (draft.Operations[number].Writes && which(draft.Operations[number]))
            {
                draft.Refuse(number, violation);
            }
        }
    }

    /// <summary>The index first: whoever sees the new rules finds it keeping their entries.</summary>
    private void Change(CollectionSet collections)
    {
        _index?.Declare(collections.Declared);
        _collections = collections;
    }
}
