namespace DocService.Transfer.Http;

/// <summary>How patient a client is with a server that does not answer, or has too much to do.</summary>
/// <param name="TriesMax">Of one request, one after the other without success.</param>
/// <param name="FirstWait">Before the second; each further wait is twice as long.</param>
public sealed record RetryPolicy(int TriesMax, TimeSpan FirstWait)
{
    /// <summary>Longest wait, unless the server names a longer one.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    /// <summary>A server that wants to be left alone for longer is not waited for.</summary>
    public static readonly TimeSpan AskedMax = TimeSpan.FromMinutes(5);

    /// <summary>Ten tries in about two and a half minutes: a server that is started anew meanwhile is there again.</summary>
    public static RetryPolicy Usual { get; } = new(10, TimeSpan.FromSeconds(0.5));

    /// <param name="tries">That have failed, from 1.</param>
    /// <param name="asked">By the server's Retry-After.</param>
    public TimeSpan WaitAfter(int tries, TimeSpan? asked)
    {
        double doubled = FirstWait.TotalSeconds * Math.Pow(2, Math.Min(tries - 1, 20));
        TimeSpan own = TimeSpan.FromSeconds(Math.Min(doubled, WaitMax.TotalSeconds));
        return asked > own ? asked.Value : own;
    }
}
