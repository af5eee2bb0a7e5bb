namespace DocService.Storage.Journal.Segments;

/// <summary>What a spare is for, which decides how many must be left.</summary>
internal enum SpareUse
{
    /// <summary>Leaves the reserve as it is.</summary>
    Put,

    /// <summary>A delete may take the reserve too, because deletes are how a full disk gets room. It leaves what recovery needs.</summary>
    Delete,

    /// <summary>Takes the last.</summary>
    Recovery,
}
