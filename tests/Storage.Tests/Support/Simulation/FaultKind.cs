namespace DocService.Storage.Tests.Support.Simulation;

/// <summary>What has happened when an injected failure is reported.</summary>
internal enum FaultKind
{
    /// <summary>Nothing; but a sync leaves what it was to make durable doubtful for good.</summary>
    BeforeEffect,

    /// <summary>Everything: the call did its work, and reports the error all the same.</summary>
    AfterEffect,

    /// <summary>Half of the bytes of a write; for other calls the same as <see cref="BeforeEffect"/>.</summary>
    ShortWrite,
}
