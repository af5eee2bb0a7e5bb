using DocService.Collections.Definitions;
using DocService.Collections.Unique;
using DocService.Schemas;

namespace DocService.Collections;

/// <summary>What has been found out of one body, kept with its put: the rules are asked about a write several times.</summary>
/// <remarks>Thread: the write's. It holds for the body alone that it was made for.</remarks>
internal sealed class PutNotes(ReadOnlyMemory<byte> body)
{
    /// <summary>Of a definition that is well-formed.</summary>
    public Collection? Definition { get; set; }

    /// <summary>Of a definition that is not.</summary>
    public DefinitionFault? Fault { get; set; }

    /// <summary>What it takes in unique indexes.</summary>
    public UniqueClaims? Claims { get; set; }

    /// <summary>The schema that it has been judged by, and what that says; null while none has.</summary>
    public (DocumentSchema Schema, SchemaViolation? Violation)? Judged { get; set; }

    /// <summary>By which definition it was read when the document ends, when that is, and what is wrong with it; null while none has been read.</summary>
    public (Collection Collection, DateTimeOffset? End, InvalidExpiryViolation? Violation)? Ending { get; set; }

    public static PutNotes Of(PutOperation put)
    {
        if (put.Notes is not PutNotes notes || !notes.IsOf(put.Content.Body))
        {
            put.Notes = notes = new PutNotes(put.Content.Body);
        }

        return notes;
    }

    private bool IsOf(ReadOnlyMemory<byte> other) => body.Equals(other);
}
