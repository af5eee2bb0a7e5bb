using DocService.Patches.Text;

namespace DocService.Patches;

/// <summary>One way of saying how a document changes.</summary>
public interface IPatchMethod
{
    /// <summary>Applies it. The text is the document; where there is none, it is empty.</summary>
    /// <param name="text">The document.</param>
    /// <param name="limits">Of what is made.</param>
    /// <param name="room">Where work is noted that grows with the patch and the document together.</param>
    /// <returns>Null when the text is the changed document; else what is wrong, and the text is worth nothing.</returns>
    internal PatchFault? Apply(PatchedText text, PatchLimits limits, PatchRoom room);
}
