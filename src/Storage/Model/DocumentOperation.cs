namespace DocService.Storage.Model;

/// <summary>One part of an atomic write.</summary>
/// <param name="Key">The document.</param>
/// <param name="Conditions">What must hold of it for any part of the write to happen.</param>
public abstract record DocumentOperation(DocumentKey Key, Conditions Conditions);

/// <summary>Creates or replaces the document.</summary>
public sealed record PutOperation(DocumentKey Key, DocumentContent Content, Conditions Conditions) : DocumentOperation(Key, Conditions)
{
    /// <summary>What a rule has read of the body: it is asked about one write several times. Null until it has; nobody else looks at it.</summary>
    public object? Notes { get; set; }
}

/// <summary>Removes the document. One that does not exist, without conditions, is no failure.</summary>
public sealed record DeleteOperation(DocumentKey Key, Conditions Conditions) : DocumentOperation(Key, Conditions)
{
    /// <summary>Whether conditions are ignored for a document that does not exist, as for a DELETE on its own (RFC 9110 13.2.1).</summary>
    public bool IgnoresConditionsWhenAbsent { get; init; }
}

/// <summary>
/// Removes what is left of a document after its end (<see cref="DocumentInfo.Expires"/>): only if this version is still the newest,
/// has been over for an hour of this run of the store, and the wall clock is not in doubt. Otherwise it writes nothing, and
/// is no failure: the result is <see cref="WriteStatus.NotFound"/>, else <see cref="WriteStatus.Deleted"/>. A newer version is never touched.
/// Housekeeping makes it; no client can ask for it.
/// </summary>
/// <param name="Key">The document.</param>
/// <param name="Version">That has ended.</param>
public sealed record SweepOperation(DocumentKey Key, long Version) : DocumentOperation(Key, Conditions.None);

/// <summary>Judges the conditions and writes nothing.</summary>
public sealed record CheckOperation(DocumentKey Key, Conditions Conditions) : DocumentOperation(Key, Conditions);
