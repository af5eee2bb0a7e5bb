using DocService.Proof.Histories;

namespace DocService.Proof.Tests.Histories;

/// <summary>The checker is itself checked: histories made by hand, and random ones against every order there is.</summary>
public sealed class LinearizabilityTests
{
    [Fact]
    public void Explain_OneAfterTheOther_Holds() =>
        Holds(0, Put(1, 2, 10), Read(3, 4, 10), Delete(5, 6), Read(7, 8, 0));

    [Fact]
    public void Explain_ReadOfAnOlderValueAfterAnAcknowledgedWrite_Fails() =>
        Fails(0, Put(1, 2, 10), Put(3, 4, 20), Read(5, 6, 10));

    [Fact]
    public void Explain_ReadDuringAWrite_MaySeeEither()
    {
        Holds(10, Put(1, 5, 20), Read(2, 3, 10));
        Holds(10, Put(1, 5, 20), Read(2, 3, 20));
    }

    [Fact]
    public void Explain_TwoReadsDuringAWrite_CannotGoBack() =>
        Fails(10, Put(1, 9, 20), Read(2, 3, 20), Read(4, 5, 10));

    [Fact]
    public void Explain_ValueNeverWritten_Fails() =>
        Fails(0, Put(1, 2, 10), Read(3, 4, 99));

    [Fact]
    public void Explain_DeletedDocumentThatComesBack_Fails() =>
        Fails(10, Delete(1, 2), Read(3, 4, 10));

    [Fact]
    public void Explain_TwoConditionalWritersOfOneVersion_OnlyOneCanWin()
    {
        Fails(10, PutIf(1, 4, 10, 20), PutIf(2, 3, 10, 30));
        Holds(10, PutIf(1, 4, 10, 20), PutIf(2, 3, 20, 30));
    }

    [Fact]
    public void Explain_TwoCreationsWithoutADeletion_Fail()
    {
        Fails(0, Create(1, 4, 10), Create(2, 3, 20));
        Holds(0, Create(1, 4, 10), Delete(2, 5), Create(3, 6, 20));
    }

    [Fact]
    public void Explain_UnknownOutcome_MayHaveHappenedOrNot()
    {
        Holds(10, Unknown(Put(1, 100, 20)), Read(50, 51, 10));
        Holds(10, Unknown(Put(1, 100, 20)), Read(50, 51, 20));
        Holds(10, Unknown(Put(1, 100, 20)), Read(50, 51, 10), Read(60, 61, 20));
        Fails(10, Unknown(Put(1, 100, 20)), Read(50, 51, 20), Read(60, 61, 10));
    }

    [Fact]
    public void Explain_UnknownOutcome_DoesNotHappenBeforeItBegan() =>
        Fails(10, Unknown(Put(5, 100, 20)), Read(1, 2, 20));

    [Fact]
    public void Explain_LongHistoryOfManyClients_EndsSoon()
    {
        // Eight clients whose writes all overlap their neighbours', and forty writes of unknown outcome.
        var history = new List<RegisterOperation>();
        for (int index = 1; index <= 600; index++)
        {
            history.Add(Put(index * 10, (index * 10) + 75, index));
            if (index % 15 == 0)
            {
                history.Add(Unknown(Put((index * 10) + 1, 100_000, 10_000 + index)));
            }
        }

        history.Add(Read(50_000, 50_001, 600));
        Holds(0, [.. history]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Explain_RandomSmallHistories_AgreesWithEveryOrderTried(int seed)
    {
        var random = new Random(seed);
        int held = 0;
        for (int round = 0; round < 400; round++)
        {
            RegisterOperation[] history = [.. Enumerable.Range(0, 6).Select(_ => Any(random))];
            bool expected = AnyOrder(0, [.. history]);
            held += expected ? 1 : 0;
            Assert.True(expected == (Linearizability.Explain(0, history) is null), $"seed {seed}: {string.Join("; ", (object[])history)}");
        }

        Assert.InRange(held, 20, 380); // both verdicts were met often
    }

    private static RegisterOperation Any(Random random)
    {
        long began = random.Next(20);
        long ended = began + 1 + random.Next(15);
        long value = 1 + random.Next(3);
        RegisterOperation operation = random.Next(6) switch
        {
            0 => Read(began, ended, random.Next(3)),
            1 => Delete(began, ended),
            2 => Create(began, ended, value),
            3 => PutIf(began, ended, 1 + random.Next(3), value),
            _ => Put(began, ended, value),
        };
        return random.Next(4) == 0 && operation.Sets is not null ? Unknown(operation) : operation;
    }

    /// <summary>Tries every next operation, without any cleverness.</summary>
    private static bool AnyOrder(long state, RegisterOperation[] left)
    {
        if (!Array.Exists(left, operation => !operation.IsOptional))
        {
            return true;
        }

        foreach (RegisterOperation next in left)
        {
            RegisterOperation[] rest = [.. left.Where(operation => !ReferenceEquals(operation, next))];
            bool isTooEarly = Array.Exists(rest, operation => !operation.IsOptional && operation.Ended < next.Began);
            if (!isTooEarly && next.IsPossible(state) && AnyOrder(next.Sets ?? state, rest))
            {
                return true;
            }
        }

        return false;
    }

    private static void Holds(long initial, params RegisterOperation[] history) => Assert.Null(Linearizability.Explain(initial, history));

    private static void Fails(long initial, params RegisterOperation[] history) => Assert.NotNull(Linearizability.Explain(initial, history));

    private static RegisterOperation Put(long began, long ended, long value) => new(began, ended, Need.Anything, 0, value, false, $"put {value}");

    private static RegisterOperation PutIf(long began, long ended, long expected, long value) => new(began, ended, Need.Exactly, expected, value, false, $"put {value} if {expected}");

    private static RegisterOperation Create(long began, long ended, long value) => new(began, ended, Need.Absent, 0, value, false, $"create {value}");

    private static RegisterOperation Delete(long began, long ended) => new(began, ended, Need.Present, 0, RegisterOperation.Absent, false, "delete");

    private static RegisterOperation Read(long began, long ended, long value) =>
        new(began, ended, value == RegisterOperation.Absent ? Need.Absent : Need.Exactly, value, null, false, $"read {value}");

    private static RegisterOperation Unknown(RegisterOperation operation) => operation with { IsOptional = true };
}
