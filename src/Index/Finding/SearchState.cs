namespace DocService.Index.Finding;

/// <summary>How far a search has come.</summary>
public enum SearchState
{
    /// <summary>It has read what it was allowed to, and goes on when it is asked.</summary>
    Paused,

    /// <summary>The sink is full; the search can go on.</summary>
    Full,

    /// <summary>It has found all that was asked for.</summary>
    Done,
}
