namespace DocService.Api.Keys;

/// <summary>A key while it is in force.</summary>
/// <remarks>Owns: whether it has ended, and the day on which it was used last. Thread: any.</remarks>
#pragma warning disable CA1001 // What can be cancelled has neither a timer nor a wait handle, and requests may hold its token for long.
internal sealed class HeldKey
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _ended = new();
    private int _lastUsedDay;
    private int _writtenDay;

    public HeldKey(ApiKey key)
    {
        Key = key;
        Hash = new byte[KeyToken.Bytes];
        key.Hash.CopyTo(Hash);
        _lastUsedDay = _writtenDay = key.LastUsed?.DayNumber ?? -1;
        Caller = new Caller(key.Id, key.Rights, _ended.Token, key.Name);
    }

    public ApiKey Key { get; }

    public byte[] Hash { get; }

    /// <summary>One for all its requests.</summary>
    public Caller Caller { get; }

    /// <summary>With what is not written down yet.</summary>
    public ApiKey Now => Key with { LastUsed = Volatile.Read(ref _lastUsedDay) is >= 0 and var day ? DateOnly.FromDayNumber(day) : null };

    /// <summary>Whether the day of its last use is another than is written down.</summary>
    public bool WasUsedSince => Volatile.Read(ref _lastUsedDay) != Volatile.Read(ref _writtenDay);

    public bool IsOver(DateTimeOffset now) => _ended.IsCancellationRequested || Key.Expires <= now;

    /// <summary>A day never goes back.</summary>
    public void NoteUse(DateTimeOffset now)
    {
        int day = DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
        if (day > Volatile.Read(ref _lastUsedDay))
        {
            Volatile.Write(ref _lastUsedDay, day);
        }
    }

    /// <param name="written">With what was not written down before.</param>
    public void NoteWritten(ApiKey written) => Volatile.Write(ref _writtenDay, written.LastUsed?.DayNumber ?? -1);

    /// <summary>It opens nothing from now on, and what it has opened ends.</summary>
    public void End() => _ended.Cancel();
}
