namespace DocService.Proof;

/// <summary>The server said or did something that it must never say or do.</summary>
#pragma warning disable CA1032, CA1064 // Always made with what was seen; never leaves the library.
internal sealed class ViolationException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
