namespace DocService.Api.Bulk;

internal enum ImportLineState
{
    Line,

    /// <summary>Longer than a line may be.</summary>
    TooLong,

    /// <summary>There is no further line.</summary>
    End,
}
