namespace DocService.Transfer;

/// <summary>What a source is.</summary>
public enum SourceFormat
{
    /// <summary>Lines with <c>id</c> and <c>body</c> or <c>raw</c>, as an export writes them.</summary>
    Ndjson,

    /// <summary>CouchDB's answer to <c>_all_docs?include_docs=true</c>: one JSON document.</summary>
    CouchDb,

    /// <summary>Lines of <c>mongoexport</c>, with <c>_id</c>.</summary>
    MongoDb,

    /// <summary>A directory of files whose names end with <c>.json</c>.</summary>
    Directory,
}
