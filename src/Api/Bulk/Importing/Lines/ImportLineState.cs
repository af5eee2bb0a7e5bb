namespace DocService.Api.Bulk.Importing.Lines;

internal enum ImportLineState
{
    Line,

    /// <summary>The line that arrives is one to be committed alone: what is held should be committed first. The next call reads on.</summary>
    Large,

    /// <summary>There is no memory for what has arrived. Nothing is lost: a later call reads on.</summary>
    NoRoom,

    /// <summary>Longer than a line may be.</summary>
    TooLong,

    /// <summary>There is no further line.</summary>
    End,
}
