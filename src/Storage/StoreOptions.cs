namespace DocService.Storage;

/// <summary>What a store is opened with. Validated once, when the store opens.</summary>
public sealed record StoreOptions
{
    /// <summary>Absolute path of the data directory; created, with missing parents, when absent. Default: none.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The longest a write waits for its key's lock, and a read for a publication to end. Default 10 s, at least 1 ms, at most 10 min.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="StoreConfigurationException">A value is out of its range.</exception>
    internal StoreOptions Validated()
    {
        if (!Path.IsPathFullyQualified(DataDirectory))
        {
            throw new StoreConfigurationException($"DataDirectory must be an absolute path, not '{DataDirectory}'.");
        }

        if (BusyTimeout < TimeSpan.FromMilliseconds(1) || BusyTimeout > TimeSpan.FromMinutes(10))
        {
            throw new StoreConfigurationException($"BusyTimeout must lie between 1 ms and 10 min, not {BusyTimeout}.");
        }

        return this with { DataDirectory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(DataDirectory)) };
    }
}
