namespace DocService.Storage.Io.Volumes;

/// <summary>A mounted filesystem as the mount table describes it.</summary>
/// <param name="Type">As the table names it ("ext4").</param>
/// <param name="Options">Those of the mount, then those of the filesystem, comma-separated; characters of paths are escaped as in the table.</param>
internal sealed record Mount(string Type, string Options)
{
    /// <summary>Whether the option is there, without a value or with exactly this one.</summary>
    public bool Has(string option) => Options.Split(',').Contains(option);

    /// <summary>The value of <c>name=value</c>, still escaped; null when the option is not there.</summary>
    public string? ValueOf(string name)
    {
        string? option = Options.Split(',').LastOrDefault(one => one.StartsWith(name + "=", StringComparison.Ordinal));
        return option?[(name.Length + 1)..];
    }
}
