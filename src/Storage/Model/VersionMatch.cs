namespace DocService.Storage.Model;

/// <summary>The list of an If-Match or If-None-Match condition: any version, or one of some.</summary>
public sealed class VersionMatch
{
    private readonly long[] _versions;

    private VersionMatch(bool isAny, long[] versions)
    {
        IsAny = isAny;
        _versions = versions;
    }

    /// <summary><c>*</c>: matches whatever exists.</summary>
    public static VersionMatch Any { get; } = new(true, []);

    /// <summary>True for <c>*</c>.</summary>
    public bool IsAny { get; }

    /// <summary>
    /// Matches one of these versions; an empty list matches none (entity tags that this server never hands out).
    /// </summary>
    public static VersionMatch Of(params ReadOnlySpan<long> versions) => new(false, versions.ToArray());

    /// <summary>Whether an existing version is on the list.</summary>
    public bool Contains(long version) => IsAny || _versions.AsSpan().Contains(version);
}
