namespace DocService.Schemas.Judging;

/// <summary>One schema of a schema. It does not change once all is read.</summary>
/// <param name="place">Where it stands.</param>
/// <param name="resource">To which it belongs.</param>
internal sealed class SchemaNode(SchemaPlace place, SchemaResource resource)
{
    public SchemaPlace Place => place;

    public SchemaResource Resource => resource;

    /// <summary>For <c>true</c> and <c>false</c>; else null.</summary>
    public bool? Constant { get; init; }

    /// <summary>In the order in which they are judged.</summary>
    public Keyword[] Keywords { get; set; } = [];

    /// <summary>It asks what its other keywords have not judged.</summary>
    public bool AsksForUnevaluated { get; set; }
}
