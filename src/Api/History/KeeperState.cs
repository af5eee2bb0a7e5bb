namespace DocService.Api.History;

/// <summary>What the keeper of histories is doing.</summary>
internal enum KeeperState
{
    /// <summary>There is no index that could name versions.</summary>
    Off,

    /// <summary>It drops what is beyond a history, about once a second.</summary>
    Ready,

    /// <summary>Something keeps it from dropping anything.</summary>
    Paused,
}
