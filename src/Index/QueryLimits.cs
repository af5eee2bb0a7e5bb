namespace DocService.Index;

/// <summary>What queries may take.</summary>
public sealed record QueryLimits
{
    /// <summary>How long a query waits for the index to have what was written before it. Default 10 s.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a search may take. Default 30 s.</summary>
    public TimeSpan Search { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many long searches run at once. Default 1.</summary>
    public int Threads { get; init; } = 1;
}
