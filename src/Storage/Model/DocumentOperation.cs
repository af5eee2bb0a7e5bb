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

/// <summary>Judges the conditions and writes nothing.</summary>
public sealed record CheckOperation(DocumentKey Key, Conditions Conditions) : DocumentOperation(Key, Conditions);
