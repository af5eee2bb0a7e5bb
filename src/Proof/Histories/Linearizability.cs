using System.Numerics;

namespace DocService.Proof.Histories;

/// <summary>
/// Whether a history of one register has an order that explains it: every operation at one moment between its
/// beginning and its end, each seeing what those before it left. An exact search (Wing and Gong, 1993) that never
/// looks twice at the same set of operations done with the same value left (Lowe, 2017).
/// </summary>
internal static class Linearizability
{
    /// <summary>Null when there is such an order, else how far the best one comes.</summary>
    public static string? Explain(long initial, IReadOnlyList<RegisterOperation> history)
    {
        RegisterOperation[] operations = [.. history.OrderBy(operation => operation.Began)];
        var seen = new HashSet<Configuration>();
        var open = new Stack<Configuration>();
        var deepest = new Configuration(BigInteger.Zero, initial);
        int deepestDone = -1;
        Push(deepest);
        while (open.TryPop(out Configuration configuration))
        {
            int done = Count(operations, configuration.Done);
            if (done > deepestDone)
            {
                (deepest, deepestDone) = (configuration, done);
            }

            if (!TryStep(operations, configuration, Push))
            {
                return null;
            }
        }

        return Describe(operations, deepest);

        void Push(Configuration next)
        {
            if (seen.Add(next))
            {
                open.Push(next);
            }
        }
    }

    /// <summary>Offers every configuration that can follow; false when nothing is left that must have happened.</summary>
    private static bool TryStep(RegisterOperation[] operations, Configuration configuration, Action<Configuration> push)
    {
        long deadline = Deadline(operations, configuration.Done);
        if (deadline == long.MaxValue)
        {
            return false;
        }

        // Those of unknown outcome are pushed first and so tried last: mostly they are not needed.
        foreach (bool optional in (ReadOnlySpan<bool>)[true, false])
        {
            for (int index = operations.Length - 1; index >= 0; index--)
            {
                RegisterOperation operation = operations[index];
                if (operation.IsOptional == optional && operation.Began <= deadline
                    && !IsDone(configuration.Done, index) && operation.IsPossible(configuration.State))
                {
                    push(new Configuration(configuration.Done | (BigInteger.One << index), operation.Sets ?? configuration.State));
                }
            }
        }

        return true;
    }

    /// <summary>The earliest end of an operation that must have happened and is not done: nothing that began later can come before it.</summary>
    private static long Deadline(RegisterOperation[] operations, BigInteger done)
    {
        long deadline = long.MaxValue;
        for (int index = 0; index < operations.Length; index++)
        {
            if (!operations[index].IsOptional && operations[index].Ended < deadline && !IsDone(done, index))
            {
                deadline = operations[index].Ended;
            }
        }

        return deadline;
    }

    private static int Count(RegisterOperation[] operations, BigInteger done)
    {
        int count = 0;
        for (int index = 0; index < operations.Length; index++)
        {
            count += !operations[index].IsOptional && IsDone(done, index) ? 1 : 0;
        }

        return count;
    }

    private static bool IsDone(BigInteger done, int index) => !((done >> index) & BigInteger.One).IsZero;

    private static string Describe(RegisterOperation[] operations, Configuration deepest)
    {
        long deadline = Deadline(operations, deepest.Done);
        string[] stuck = [.. operations.Where((operation, index) => operation.Began <= deadline && !IsDone(deepest.Done, index)).Select(operation => operation.ToString()).Take(8)];
        return $"no order explains the history: the register holds {deepest.State}, and none of these can follow: {string.Join("; ", stuck)}";
    }

    private readonly record struct Configuration(BigInteger Done, long State);
}
