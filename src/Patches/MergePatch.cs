using DocService.Patches.Text;

namespace DocService.Patches;

/// <summary>A JSON Merge Patch (RFC 7396): what the document is to have; null takes a member away.</summary>
/// <remarks>What it makes is no deeper than the document or the patch.</remarks>
public sealed class MergePatch : IPatchMethod
{
    /// <summary>The media type of its requests.</summary>
    public const string MediaType = "application/merge-patch+json";

    private readonly ReadOnlyMemory<byte> _json;

    /// <param name="json">Strict JSON, whose memory stays as it is while the patch is used.</param>
    public MergePatch(ReadOnlyMemory<byte> json) => _json = json;

    /// <inheritdoc/>
    PatchFault? IPatchMethod.Apply(PatchedText text, PatchLimits limits, PatchRoom room)
    {
        if (!new Merge(text, _json, room).TryRun())
        {
            return room.IsUsedUp ? new PatchFault(PatchFaultKind.TooLarge, "The patch takes too much work: it is too large for its depth.") : limits.TooLarge;
        }

        text.Turn();
        return null;
    }
}
