using System.Globalization;
using Npgsql;

namespace DocService.Postgres.Connecting;

/// <summary>The connections to one database.</summary>
/// <remarks>
/// Owns: the pool. Thread: any.
/// Invariant: the server itself ends what waits longer than <see cref="PostgresOptions.BusyTimeout"/>, and a transaction that is left alone for so
/// long, so that a process that hangs does not hold the others up for ever.
/// </remarks>
internal sealed class Database : IAsyncDisposable
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlDataSource _source;
    private readonly TimeSpan _busyTimeout;
    private readonly TimeProvider _clock;

    /// <exception cref="StoreConfigurationException">The connection string is none.</exception>
    public Database(PostgresOptions options, TimeProvider clock)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            throw new StoreConfigurationException($"ConnectionStrings:Postgres cannot be read: {exception.Message}", exception);
        }

        if (string.IsNullOrWhiteSpace(builder.Host))
        {
            throw new StoreConfigurationException("ConnectionStrings:Postgres names no host, such as \"Host=127.0.0.1;Database=docs;Username=docs\".");
        }

        _clock = clock;
        _busyTimeout = options.BusyTimeout;
        int milliseconds = (int)Math.Clamp(_busyTimeout.TotalMilliseconds, 1, int.MaxValue);
        builder.Options = string.Create(
            CultureInfo.InvariantCulture,
            $"{builder.Options} -c statement_timeout={milliseconds} -c lock_timeout={milliseconds} -c idle_in_transaction_session_timeout={milliseconds}").Trim();
        builder.ApplicationName ??= "docservice";
        builder.Enlist = false;
        builder.Timeout = (int)Math.Clamp(Math.Ceiling(_busyTimeout.TotalSeconds), 1, ConnectMax.TotalSeconds);
        builder.CommandTimeout = (int)Math.Clamp(Math.Ceiling(_busyTimeout.TotalSeconds) + 2, 1, int.MaxValue / 1000); // the server ends it first
        if (!builder.ContainsKey("Max Auto Prepare"))
        {
            (builder.MaxAutoPrepare, builder.AutoPrepareMinUsages) = (40, 2); // an operator says 0 where a pooler in between keeps no prepared statements
        }

        Name = $"{(builder.Host.Contains(':', StringComparison.Ordinal) ? builder.Host : $"{builder.Host}:{builder.Port}")}/{builder.Database ?? builder.Username}";
        ConnectionsMax = builder.MaxPoolSize;
        _source = SourceOf(builder);
    }

    /// <summary>Host, port and database.</summary>
    public string Name { get; }

    /// <summary>A connection of the pool; disposed, it goes back, and a transaction on it is rolled back.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellation) => _source.OpenConnectionAsync(cancellation);

    /// <summary>The pool's bound.</summary>
    public int ConnectionsMax { get; }

    /// <summary>Reads, and tries again for as long as a request may wait while the trouble is a passing one.</summary>
    /// <exception cref="StoreException">It could not be read.</exception>
    public Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellation) => RetryAsync(
        async () =>
        {
            await using NpgsqlConnection connection = await OpenAsync(cancellation).ConfigureAwait(false);
            return await read(connection).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>The same for work that opens a connection of its own, and keeps it if it succeeds.</summary>
    /// <exception cref="StoreException">It could not be done.</exception>
    public async Task<T> RetryAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        long started = _clock.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (Exception exception) when (Trouble.IsPassing(exception) && !cancellation.IsCancellationRequested)
            {
                if (_clock.GetElapsedTime(started) + PauseOf(attempt) >= _busyTimeout)
                {
                    throw Trouble.ToFailure(exception);
                }

                await PauseAsync(attempt, cancellation).ConfigureAwait(false);
            }
            catch (NpgsqlException exception) when (!Trouble.IsCorruption(exception))
            {
                throw Trouble.ToFailure(exception);
            }
        }
    }

    /// <summary>Before the next attempt; longer each time.</summary>
    public Task PauseAsync(int attempt, CancellationToken cancellation) => Task.Delay(PauseOf(attempt), _clock, cancellation);

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>Of several hosts the primary: who that is, is asked anew each second, and at once where one has gone away.</summary>
    private static NpgsqlDataSource SourceOf(NpgsqlConnectionStringBuilder builder)
    {
        if (!builder.Host!.Contains(',', StringComparison.Ordinal))
        {
            return NpgsqlDataSource.Create(builder);
        }

        if (builder.TargetSessionAttributes is { } asked && asked is not ("primary" or "read-write"))
        {
            throw new StoreConfigurationException($"ConnectionStrings:Postgres has Target Session Attributes={asked}. DocService writes, so it takes the primary; leave it out.");
        }

        builder.TargetSessionAttributes = null; // said below
        builder.HostRecheckSeconds = 1;
        return new NpgsqlDataSourceBuilder(builder.ConnectionString).BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
    }

    private static TimeSpan PauseOf(int attempt) => attempt > 8 ? PauseMax : TimeSpan.FromTicks(Math.Min(PauseMax.Ticks, PauseMin.Ticks << attempt));
}
