using DocService.Patches.Text;

namespace DocService.Patches;

/// <summary>A patch of one document, applied inside the commit that replaces the document.</summary>
/// <remarks>
/// Owns: the document that it makes, until <see cref="Dispose"/>. Thread: one at a time; it is applied once.
/// The media type stays; a document that is new gets <c>application/json</c>.
/// </remarks>
/// <param name="method">How the document changes.</param>
/// <param name="createsDocument">Whether it makes one where there is none.</param>
/// <param name="limits">Of the document that it makes.</param>
/// <param name="room">What the patches of one commit may make and do together.</param>
public sealed class DocumentPatch(IPatchMethod method, bool createsDocument, PatchLimits limits, PatchRoom room) : IDocumentPatch, IDisposable
{
    private const string NewType = "application/json";

    private PatchedText? _text;

    private PatchFault UsedUp => new(PatchFaultKind.TooLarge, $"What the batch holds and the documents that its patches make are larger than {room.Bytes} bytes together (MaxBatchBytes), or take too much work.");

    /// <inheritdoc/>
    public bool CreatesDocument => createsDocument;

    /// <inheritdoc/>
    public ByteBudget? Budget => limits.Budget;

    /// <summary>The document that it has made; valid until disposed.</summary>
    public ReadOnlyMemory<byte> Result => _text?.Memory ?? default;

    /// <inheritdoc/>
    public RuleViolation? Refusal => room.IsUsedUp ? UsedUp : null;

    /// <inheritdoc/>
    public RuleViolation? Apply(StoredDocument? current, out DocumentContent content)
    {
        content = default;
        ReadOnlyMemory<byte> before = current?.Body ?? default;
        _text = new PatchedText(Math.Max(limits.BytesMax, before.Length), limits.Budget); // a limit may have been lowered since it was put
        room.NoteRead(before.Length);
        _text.TrySplice(0, 0, before.Span);
        if (method.Apply(_text, limits, room) is { } fault)
        {
            return fault;
        }

        if (_text.Span.Length > limits.BytesMax)
        {
            return limits.TooLarge;
        }

        string type = current?.Info.ContentType ?? NewType;
        if (!room.TryTake(_text.Span.Length + Math.Max(0, type.Length - NewType.Length)))
        {
            return UsedUp;
        }

        _text.Finish();
        content = new DocumentContent(_text.Memory, type, Sha256Digest.Of(_text.Span));
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _text?.Dispose();
}
