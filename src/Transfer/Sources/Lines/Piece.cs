namespace DocService.Transfer.Sources.Lines;

/// <summary>What a source holds: a document, one that cannot be taken, or what is passed over.</summary>
/// <param name="Place">Where it stands.</param>
internal readonly record struct Piece(SourcePlace Place)
{
    /// <summary>A document as a line of an import, without the line break; valid until the next piece is read. Empty for what is none.</summary>
    public ReadOnlyMemory<byte> Line { get; init; }

    /// <summary>Why it cannot be taken; null for what can.</summary>
    public string? Fault { get; init; }

    /// <summary>Nothing behind a fault can be read.</summary>
    public bool IsEnd { get; init; }

    /// <summary>What is passed over, in the plural, such as "design documents"; null for what is not.</summary>
    public string? Passed { get; init; }
}
