namespace DocService.Patches;

/// <summary>Why a patch cannot be applied to the document that there is.</summary>
public enum PatchFaultKind
{
    /// <summary>A <c>test</c> of a JSON Patch does not hold.</summary>
    TestFailed,

    /// <summary>A path leads to nothing, or to something that the operation cannot be applied to.</summary>
    NotApplicable,

    /// <summary>The document that it makes is larger or deeper than the server takes, or making it takes too much work.</summary>
    TooLarge,
}

/// <summary>What is wrong with a patch, or with a part of it: a value, as bad input is no exception.</summary>
/// <param name="Kind">Which answer it gets.</param>
/// <param name="Reason">One or two plain sentences.</param>
/// <param name="Operation">Number of the operation of a JSON Patch, from 0; null where there are no operations.</param>
/// <param name="Path">The path at fault, a JSON Pointer into the document; null where it is the whole.</param>
public sealed record PatchFault(PatchFaultKind Kind, string Reason, int? Operation = null, string? Path = null) : RuleViolation(Reason);
