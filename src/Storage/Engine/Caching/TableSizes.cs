namespace DocService.Storage.Engine.Caching;

/// <summary>Of how many documents the tables in memory know something, beside the settings: one measure for all of them.</summary>
internal static class TableSizes
{
    /// <summary>No table is made for more. Of the largest, with 136 bytes a document, that is 17 MiB, which the system gives as they are used.</summary>
    public const int DocumentsMax = 128 * 1024;

    /// <summary>A document of the usual size: a cache of so many bytes, or a journal with them, is that of one document.</summary>
    public const int BytesOfADocument = 4096;

    /// <summary>Places that a document may take where several meet: a few that are hot do not push each other out.</summary>
    public const int Ways = 4;
}
