namespace DocService.Storage.Tests.Support.Simulation.Faults;

/// <summary>What an injected failure does, and what it reports.</summary>
internal enum FaultKind
{
    /// <summary>Reports the error and does nothing; but a sync leaves what it was to make durable doubtful for good.</summary>
    BeforeEffect,

    /// <summary>The call did its work, and reports the error all the same.</summary>
    AfterEffect,

    /// <summary>Half of the bytes of a write, and the error; for other calls the same as <see cref="BeforeEffect"/>.</summary>
    ShortWrite,

    /// <summary>Not for syncs: there is no memory for what the call needs, so it is not made.</summary>
    NoMemory,

    /// <summary>Only for syncs: nothing happens, and success is reported. As if the engine had left the step out, or the disk lied.</summary>
    Dropped,

    /// <summary>Only for syncs: fails as <see cref="BeforeEffect"/>, and reports success. As if the engine swallowed the error.</summary>
    Hidden,
}
