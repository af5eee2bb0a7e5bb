namespace DocService.Storage.Rules;

/// <summary>
/// Changes a document: a put of what the patch makes of it. Where there is none to change, the operation ends as
/// <see cref="WriteStatus.NotFound"/> whatever its conditions, and the commit is not carried out.
/// </summary>
/// <param name="Key">The document.</param>
/// <param name="Patch">How it changes.</param>
/// <param name="Conditions">What must hold of it.</param>
public sealed record PatchOperation(DocumentKey Key, IDocumentPatch Patch, Conditions Conditions) : DocumentOperation(Key, Conditions)
{
    /// <summary>Whether there is something to change, or nothing and something to make, and the conditions hold.</summary>
    internal bool CanBegin(DocumentInfo? current) => (current is not null || Patch.CreatesDocument) && Conditions.Hold(current is not null, current);
}
