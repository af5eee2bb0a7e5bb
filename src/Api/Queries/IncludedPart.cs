namespace DocService.Api.Queries;

/// <summary>What an answer shows of each document.</summary>
internal enum IncludedPart
{
    /// <summary>Its facts, and the body as JSON.</summary>
    Body,

    /// <summary>Its facts, and the body's exact text in a JSON string.</summary>
    Raw,

    /// <summary>Its facts.</summary>
    Info,

    /// <summary>Its id.</summary>
    Id,
}
