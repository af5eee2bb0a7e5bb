namespace DocService.Storage.Failures;

#pragma warning disable CA1032 // Made only by engines, always with what went wrong.

/// <summary>The directory is not a data directory of a format this version knows; nothing in it was changed.</summary>
public sealed class StoreFormatException : StoreException
{
    public StoreFormatException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }

    /// <summary>FORMAT is there and fails its checks: a data directory, damaged.</summary>
    internal bool IsDamage { get; init; }

    /// <summary>FORMAT passes its checks: nothing is wrong with it but that this version does not know it.</summary>
    internal bool IsWhole { get; init; }
}
