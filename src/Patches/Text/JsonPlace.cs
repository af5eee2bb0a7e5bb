namespace DocService.Patches.Text;

/// <summary>Where a path leads in a document's text.</summary>
/// <param name="Exists">Whether there is a value. If not, it can be added: <paramref name="Start"/> is where.</param>
/// <param name="Start">Of the value.</param>
/// <param name="End">Behind the value; where there is none, as <paramref name="Start"/>.</param>
internal readonly record struct JsonPlace(bool Exists, int Start, int End)
{
    /// <summary>The whole document has no container.</summary>
    public bool IsRoot { get; init; }

    /// <summary>The container is an array; else it is an object.</summary>
    public bool IsInArray { get; init; }

    /// <summary>Behind the value before it in the container, or behind the container's bracket.</summary>
    public int Before { get; init; }

    /// <summary>There is none before it in the container.</summary>
    public bool IsFirst { get; init; }
}
