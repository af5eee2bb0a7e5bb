namespace DocService.Api.Bulk.Importing;

/// <summary>What an import does with a line whose document is there already.</summary>
internal enum ConflictRule
{
    /// <summary>Refuses the line.</summary>
    Fail,

    /// <summary>Leaves the document as it is.</summary>
    Skip,

    /// <summary>Writes a new version.</summary>
    Replace,
}
