namespace DocService.Api.Expiry;

/// <summary>What the sweep of documents whose time is over is doing.</summary>
internal enum SweepState
{
    /// <summary>There is no index that could name them.</summary>
    Off,

    /// <summary>The server has not run for an hour.</summary>
    Waiting,

    /// <summary>It deletes what has been over for an hour, once a minute.</summary>
    Ready,

    /// <summary>Something keeps it from deleting anything.</summary>
    Paused,
}
