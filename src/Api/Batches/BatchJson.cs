namespace DocService.Api.Batches;

/// <summary>What surrounds a document's body in a batch.</summary>
internal static class BatchJson
{
    /// <summary>Levels around a body: the batch, its operations, the operation. MaxDepth applies to each body.</summary>
    public const int DepthAround = 3;
}
