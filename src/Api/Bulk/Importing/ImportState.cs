namespace DocService.Api.Bulk.Importing;

internal enum ImportState
{
    Running,

    /// <summary>All lines are done.</summary>
    Done,

    /// <summary>A problem has ended it; what is done stays done.</summary>
    Ended,
}
