using System.Collections.Immutable;

namespace DocService.Collections.Unique;

/// <summary>What was published and was not indexed yet when it was taken. Immutable.</summary>
/// <param name="Documents">The newest entry of each.</param>
/// <param name="Values">Which of these has the value.</param>
/// <param name="CompleteFrom">Of earlier commits it knows nothing: they must be in the index.</param>
internal sealed record OverlayView(ImmutableDictionary<DocumentKey, OverlayEntry> Documents, ImmutableDictionary<Sha256Digest, OverlayEntry> Values, long CompleteFrom);
