namespace DocService.Queries.Planning;

/// <summary>In which order a plan's candidates come.</summary>
public enum CandidateOrder
{
    /// <summary>Not in the query's: candidates are collected, then sorted.</summary>
    None,

    /// <summary>In the query's, when the ranges are read from their first key to their last, and of each key the ids rising.</summary>
    Forward,

    /// <summary>In the query's, when the keys are read from the last to the first, and of each key the ids rising all the same.</summary>
    Backward,
}
