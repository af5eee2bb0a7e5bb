namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>How a scheduler chooses among the fibers that could run.</summary>
/// <remarks>
/// Calm changes only where it must. The others change at any call: at random, with one of several probabilities; or by
/// priorities that are given at random and lowered now and then, so that one fiber may be held up for as long as the
/// others have anything to do (as in "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS'10).
/// </remarks>
internal sealed class SchedulePolicy
{
    private const int Calmly = -1;
    private const int ByPriority = 0;
    private const int PriorityMax = 1 << 20;
    private const int LoweredOneIn = 48;
    private const int JumpOneIn = 64;

    private static readonly int[] SwitchOneIn = [1, 3, 12, 48];

    private readonly Random _random;
    private readonly int _kind; // one in so many, or one of the constants

    private SchedulePolicy(Random random, int kind)
    {
        _random = random;
        _kind = kind;
    }

    /// <summary>Time goes on only while all wait, not while somebody could run.</summary>
    public bool IsPunctual { get; init; }

    /// <summary>One fiber after the other, as they come: for what is not about interleavings.</summary>
    public static SchedulePolicy Calm(Random random) => new(random, Calmly) { IsPunctual = true };

    /// <summary>One of the restless ones.</summary>
    /// <param name="random">Chooses it, and then by it.</param>
    /// <param name="isPunctual">See <see cref="IsPunctual"/>.</param>
    public static SchedulePolicy Any(Random random, bool isPunctual = false) =>
        new(random, random.Next(2) == 0 ? ByPriority : SwitchOneIn[random.Next(SwitchOneIn.Length)]) { IsPunctual = isPunctual };

    public int NewPriority() => _random.Next(PriorityMax);

    /// <summary>Whether the next timeout runs out now, although somebody could run: threads may be slow.</summary>
    public bool JumpsAhead() => !IsPunctual && _random.Next(JumpOneIn) == 0;

    /// <summary>What a call takes. A sync takes from a tenth of a millisecond to three.</summary>
    public TimeSpan CostOf(bool isSync) => TimeSpan.FromMicroseconds(isSync ? _random.Next(100, 3000) : 5);

    /// <param name="ready">At least one, in the order in which they could run.</param>
    /// <param name="current">Who ran last; not among the ready when it waits or has ended.</param>
    public Fiber Choose(List<Fiber> ready, Fiber? current)
    {
        bool mayStay = current is { Gate: null, IsEnded: false };
        if (ready.Count == 1)
        {
            return ready[0];
        }

        if (_kind == ByPriority)
        {
            if (mayStay && _random.Next(LoweredOneIn) == 0)
            {
                current!.Priority = -NewPriority();
            }

            return ready.MaxBy(fiber => fiber.Priority)!;
        }

        if (mayStay && (_kind == Calmly || _random.Next(_kind) != 0))
        {
            return current!;
        }

        return ready[_kind == Calmly ? 0 : _random.Next(ready.Count)];
    }
}
