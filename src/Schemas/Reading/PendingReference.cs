using DocService.Schemas.Judging;
using DocService.Schemas.Keywords;

namespace DocService.Schemas.Reading;

/// <summary>A reference that has been read and not yet followed.</summary>
/// <param name="Keyword">Gets its target.</param>
/// <param name="Text">As the schema spells it.</param>
/// <param name="From">The resource that it stands in.</param>
/// <param name="IsDynamic">A <c>$dynamicRef</c>.</param>
internal sealed record PendingReference(ReferenceKeyword Keyword, string Text, SchemaResource From, bool IsDynamic);
