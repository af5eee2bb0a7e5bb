namespace DocService.Storage.Tests.Memory;

/// <summary>The budget is never exceeded, nothing of it gets lost, and large takers leave something to small ones.</summary>
public sealed class ByteBudgetTests
{
    [Fact]
    public void TryTake_MoreThanIsFree_TakesNothing()
    {
        var budget = new ByteBudget(100);

        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(41));
        Assert.Equal(40, budget.Free);
        Assert.True(budget.TryTake(0));
    }

    [Fact]
    public void TryTake_Any_LeavesAQuarterOfWhatItHolds()
    {
        var budget = new ByteBudget(100);
        Assert.True(budget.TryTake(50));

        Assert.False(budget.HasRoom(41));
        Assert.False(budget.TryTake(41)); // 9 would be left, 10 are a quarter of it
        Assert.True(budget.TryTake(40));
        Assert.True(budget.TryTake(8));
        Assert.Equal(2, budget.Free);
    }

    [Fact]
    public void TryTake_OfOneThatGrows_CountsWhatItHolds()
    {
        var budget = new ByteBudget(100);
        Assert.True(budget.TryTake(10));
        Assert.True(budget.TryTake(60));

        Assert.False(budget.TryTake(17, held: 60));
        Assert.True(budget.TryTake(10, held: 60));
    }

    /// <summary>Large ones take all that they can get: a small one a thousandth of their size still gets in.</summary>
    [Fact]
    public void TryTake_BySmallOnesBehindLargeOnes_IsNotRefused()
    {
        var budget = new ByteBudget(256 << 20);
        int large = 0;
        while (budget.TryTake(16 << 20))
        {
            large++;
        }

        Assert.Equal(15, large);
        for (int small = 0; small < 200; small++)
        {
            Assert.True(budget.TryTake(16 << 10));
        }
    }

    [Fact]
    public void TryTake_MoreThanThereIs_GoesThroughAlone()
    {
        var budget = new ByteBudget(100);

        Assert.True(budget.TryTake(150));
        Assert.False(budget.TryTake(1));
        Assert.Throws<StoreBusyException>(() => budget.Take(1));
        Assert.True(budget.TryTake(50, held: 150)); // it is still alone
        budget.Return(200);
        Assert.True(budget.TryTake(1));
        Assert.False(budget.TryTake(150));
    }

    [Fact]
    public void Return_WhatWasTaken_IsFreeAgain()
    {
        var budget = new ByteBudget(100);
        Assert.True(budget.TryTake(100));

        budget.Return(30);

        Assert.Equal(30, budget.Free);
        Assert.True(budget.TryTake(24));
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
