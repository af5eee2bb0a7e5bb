namespace DocService.Api.Json;

/// <summary>Where and why bytes are not one strict JSON value.</summary>
/// <param name="Reason">One clause in lower case.</param>
/// <param name="Line">One-based.</param>
/// <param name="BytePosition">Zero-based position in the line, in bytes.</param>
internal sealed record JsonError(string Reason, long Line, long BytePosition);
