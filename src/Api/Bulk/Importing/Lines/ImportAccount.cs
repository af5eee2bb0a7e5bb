namespace DocService.Api.Bulk.Importing.Lines;

/// <summary>What one import takes of the budget.</summary>
/// <remarks>
/// Owns: that share, given back by <see cref="Dispose"/>. Thread: one at a time.
/// Invariant: the lines of two commits of usual size are paid for before the first line is read, so that an import of small
/// documents never waits for memory in its midst.
/// </remarks>
internal sealed class ImportAccount(ByteBudget budget) : IDisposable
{
    private long _held;

    public bool TryTake(long bytes)
    {
        bool isTaken = budget.TryTake(bytes, _held);
        _held += isTaken ? bytes : 0;
        return isTaken;
    }

    public void Return(long bytes)
    {
        _held -= bytes;
        budget.Return(bytes);
    }

    public void Dispose() => Return(_held);
}
