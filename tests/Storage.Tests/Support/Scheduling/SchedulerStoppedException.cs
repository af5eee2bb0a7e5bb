namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>Unwinds what still runs when a scheduler is disposed: as a kill of the process would, but for the stack.</summary>
#pragma warning disable CA1032, CA1064
internal sealed class SchedulerStoppedException : Exception
#pragma warning restore CA1032, CA1064
{
    public SchedulerStoppedException()
        : base("The scheduler has stopped; this thread of the store ends here.")
    {
    }
}
