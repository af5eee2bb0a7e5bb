using System.Text.Json;

namespace DocService.Schemas.Judging;

/// <summary>What one keyword, or several that belong together, say of a value.</summary>
/// <remarks>Immutable once all is read. Thread: any, several at a time.</remarks>
/// <param name="place">Of the keyword.</param>
internal abstract class Keyword(SchemaPlace place)
{
    public SchemaPlace Place => place;

    /// <summary>The schemas that it judges the same value by: a circle of them would never end.</summary>
    public virtual IEnumerable<SchemaNode> InPlace => [];

    /// <summary>Judged behind all others.</summary>
    public virtual bool IsLast => false;

    /// <param name="run">Pays for it, and takes the faults.</param>
    /// <param name="value">What is judged.</param>
    /// <param name="marks">Gets the members and elements that a subschema has judged; null where nobody asks.</param>
    public abstract bool Holds(Evaluation run, in JsonElement value, Marks? marks);
}
