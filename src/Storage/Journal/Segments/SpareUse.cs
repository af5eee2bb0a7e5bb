namespace DocService.Storage.Journal.Segments;

/// <summary>What a spare is wanted for: how deep one may reach.</summary>
internal enum SpareUse
{
    /// <summary>Leaves the reserve as it is.</summary>
    Put,

    /// <summary>Takes from the reserve too, which is how a full disk is emptied; leaves what recovery needs.</summary>
    Delete,

    /// <summary>Takes the last.</summary>
    Recovery,
}
