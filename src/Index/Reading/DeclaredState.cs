using DocService.Index.Rows;
using DocService.Queries.Indexes;

namespace DocService.Index.Reading;

/// <summary>A declared index as of the commit that a reader reads.</summary>
public sealed class DeclaredState
{
    internal DeclaredState(DeclaredRow row)
    {
        Row = row;
        Traits = IndexTraits.Of(row.MetArray, row.HasCutKeys, row.HasOverflow);
    }

    /// <summary>Every document has its entries. Else it serves no query.</summary>
    public bool IsBuilt => Row.IsBuilt;

    /// <summary>Documents that were read to build it.</summary>
    public long Done => Row.Done;

    /// <summary>What it has met; for the planner. Without meaning for text.</summary>
    public IndexTraits Traits { get; }

    /// <summary>Of a text index: documents that have words in it.</summary>
    public long Documents => Row.Documents;

    /// <summary>Of a text index: words of all its documents.</summary>
    public long Words => Row.Words;

    internal DeclaredRow Row { get; }
}
