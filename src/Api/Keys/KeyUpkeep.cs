namespace DocService.Api.Keys;

/// <summary>Ends what keys have opened whose time is over, and writes down on which day keys were used.</summary>
internal sealed class KeyUpkeep(KeyRing keys, TimeProvider clock) : BackgroundService
{
    /// <summary>A stream ends within 15 s of its key's expiry.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await keys.NoteUsesAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (keys.IsOn) // it is known before this starts, and does not change while the server runs
            {
                await Task.Delay(Interval, clock, stoppingToken);
                keys.EndExpired();
                await keys.NoteUsesAsync();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
