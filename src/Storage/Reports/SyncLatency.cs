namespace DocService.Storage.Reports;

/// <summary>How long one way of making bytes durable takes here.</summary>
/// <param name="Method">What was done in each round.</param>
/// <param name="Rounds">How often; fewer than asked for where the time was over.</param>
/// <param name="Median">Half of the rounds were at least as fast.</param>
/// <param name="P99">99 of 100 rounds were at least as fast.</param>
public sealed record SyncLatency(string Method, int Rounds, TimeSpan Median, TimeSpan P99);
