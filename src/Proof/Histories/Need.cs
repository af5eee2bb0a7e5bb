namespace DocService.Proof.Histories;

/// <summary>What a register must hold at the moment at which an operation takes effect.</summary>
internal enum Need
{
    Anything,

    Absent,

    Present,

    /// <summary>The value that the operation names.</summary>
    Exactly,
}
