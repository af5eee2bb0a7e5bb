using DocService.Storage.Engine.Requests;
using DocService.Storage.Engine.Requests.Files;
using DocService.Storage.Engine.Space;
using DocService.Storage.Journal.Format;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Committing;

/// <summary>What a commit takes, before it is made.</summary>
internal static class CommitSize
{
    /// <summary>What its puts take of the disk.</summary>
    /// <param name="operations">Of the commit. A patch counts as the smallest document: its own is not known yet.</param>
    /// <param name="isRemembered">Its request has a key.</param>
    /// <param name="bytesMax">What a commit may hold.</param>
    /// <exception cref="ArgumentException">It holds more, or a media type that no header line can hold.</exception>
    public static long Measure(IReadOnlyList<DocumentOperation> operations, bool isRemembered, long bytesMax)
    {
        long cost = 0;
        long bytes = RecordHeader.Bytes + (isRemembered ? RequestField.BytesMax + ((long)operations.Count * RequestResults.BytesMax) : 0);
        foreach (DocumentOperation operation in operations)
        {
            bytes += Commit.MeasureAtMost(operation);
            if (operation is PutOperation put)
            {
                put.Content.Validate();
                cost += DiskSpace.CostOf(OperationKind.Put, put.Content.Body.Length);
            }
            else if (operation is Rules.PatchOperation)
            {
                cost += DiskSpace.CostOf(OperationKind.Put, 1);
            }
        }

        return bytes <= bytesMax ? cost : throw new ArgumentException($"The commit does not fit a journal segment: it has {bytes} bytes, and {bytesMax} are taken.", nameof(operations));
    }
}
