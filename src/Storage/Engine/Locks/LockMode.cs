namespace DocService.Storage.Engine.Locks;

/// <summary>What a lock's holder keeps out.</summary>
internal enum LockMode
{
    /// <summary>Writers. Other holders in this mode are let in.</summary>
    Shared,

    /// <summary>Everybody else.</summary>
    Exclusive,
}
