using DocService.Collections.Definitions;

namespace DocService.Collections;

/// <summary>Why a definition is refused by what others say.</summary>
/// <param name="Kind">Which rule.</param>
/// <param name="Reason">In one sentence.</param>
/// <param name="Fault">Where it is, for one that is wrong in itself; else null.</param>
public sealed record DefinitionViolation(DefinitionViolationKind Kind, string Reason, DefinitionFault? Fault = null) : RuleViolation(Reason);

/// <summary>Which rule a definition breaks.</summary>
public enum DefinitionViolationKind
{
    /// <summary>It is no definition.</summary>
    Invalid,

    /// <summary>A collection keeps the prefix that it was made with.</summary>
    PrefixFixed,

    /// <summary>Another collection has ids that begin so.</summary>
    PrefixOverlap,

    /// <summary>The list of collections cannot be read, so that nothing can be said of others.</summary>
    Unreadable,
}
