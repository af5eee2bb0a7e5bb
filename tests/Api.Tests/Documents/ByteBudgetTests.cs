using DocService.Api.Documents;

namespace DocService.Api.Tests.Documents;

/// <summary>The budget is never exceeded and nothing of it gets lost.</summary>
public sealed class ByteBudgetTests
{
    [Fact]
    public void TryTake_MoreThanIsFree_TakesNothing()
    {
        var budget = new ByteBudget(100);

        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(41));
        Assert.Equal(40, budget.Free);
        Assert.True(budget.TryTake(40));
        Assert.Equal(0, budget.Free);
        Assert.False(budget.TryTake(1));
        Assert.True(budget.TryTake(0));
    }

    [Fact]
    public void Return_WhatWasTaken_IsFreeAgain()
    {
        var budget = new ByteBudget(100);
        Assert.True(budget.TryTake(100));

        budget.Return(30);

        Assert.Equal(30, budget.Free);
        Assert.True(budget.TryTake(30));
    }

    [Fact]
    public void TryTake_FromManyThreads_NeverGivesMoreThanThereIs()
    {
        var budget = new ByteBudget(1000);
        long taken = 0;

        Parallel.For(0, 8, _ =>
        {
            for (int turn = 0; turn < 10_000; turn++)
            {
                if (budget.TryTake(300))
                {
                    Assert.InRange(Interlocked.Add(ref taken, 300), 300, 1000);
                    Interlocked.Add(ref taken, -300);
                    budget.Return(300);
                }
            }
        });

        Assert.Equal(1000, budget.Free);
    }
}
