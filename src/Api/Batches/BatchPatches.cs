using DocService.Patches;
using DocService.Storage.Rules;

namespace DocService.Api.Batches;

/// <summary>The patches of one batch.</summary>
/// <remarks>Owns: the documents that they make, given back by <see cref="Dispose"/>. Thread: one at a time.</remarks>
/// <param name="limits">Of each document.</param>
/// <param name="bytesMax">Of the batch and what its patches make, together: they are one commit.</param>
/// <param name="bytes">Of the batch.</param>
internal sealed class BatchPatches(PatchLimits limits, long bytesMax, long bytes) : IDisposable
{
    private readonly PatchRoom _room = new(bytesMax, bytes, limits);
    private readonly List<DocumentPatch> _made = [];

    private int _operations;

    public PatchLimits Limits => limits;

    /// <summary>Whether so many operations of a JSON Patch more are taken: those of a batch are as many as those of one patch.</summary>
    public bool TryCount(int operations)
    {
        _operations += operations;
        return _operations <= limits.OperationsMax;
    }

    public PatchOperation Make(DocumentKey key, IPatchMethod method, bool createsDocument, Conditions conditions)
    {
        var patch = new DocumentPatch(method, createsDocument, limits, _room);
        _made.Add(patch);
        return new PatchOperation(key, patch, conditions);
    }

    public void Dispose() => _made.ForEach(static patch => patch.Dispose());
}
