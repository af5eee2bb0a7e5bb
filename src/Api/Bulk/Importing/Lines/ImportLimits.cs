using DocService.Api.Configuration;

namespace DocService.Api.Bulk.Importing.Lines;

/// <summary>How much of an import is committed together. It follows from the settings and the lines alone: an import that is sent again makes the same commits.</summary>
/// <param name="Operations">Documents at most.</param>
/// <param name="Bytes">Of their lines; a longer line is committed alone.</param>
/// <param name="LineBytes">Longest line.</param>
internal readonly record struct ImportLimits(int Operations, int Bytes, int LineBytes)
{
    /// <summary>A body that is imported is there four times while it is committed: its line, the text of its <c>raw</c>, the commit's payload, and the journal's group.</summary>
    public const int Copies = WriteCost.Copies + 1;

    private const int BytesMax = 1 << 20;

    /// <summary>What an export says of a document beside its body.</summary>
    private const int BytesAround = 64 << 10;

    /// <summary>One commit, and the lines that arrive for the next.</summary>
    public long Charge => (2L * Copies * Bytes) + ((long)Operations * WriteCost.OperationBytes);

    public static ImportLimits Of(DocServiceOptions options)
    {
        int bytes = (int)Math.Min(BytesMax, options.BatchBytesMax);
        int operations = Math.Min(CommitsDone.OperationsMax(options), (bytes / WriteCost.OperationBytes) + 1);

        // A document as a string has escapes: twice its length is more than any usual one has.
        return new ImportLimits(operations, bytes, (int)Math.Min(int.MaxValue / 2, (2 * options.MaxDocumentBytes) + BytesAround));
    }
}
