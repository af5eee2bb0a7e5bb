namespace DocService.Storage.Memory;

/// <summary>From where on a body is treated otherwise: one measure for reading, writing, keeping and sending.</summary>
public static class BodySizes
{
    /// <summary>Most documents are no larger with their header: they are one read, one buffer, one write.</summary>
    public const int Small = 16 * 1024;

    /// <summary>Up to here a body is copied if that saves a call, and is kept in memory: a larger one costs more to send than to find.</summary>
    public const int Large = 4 * Small;
}
