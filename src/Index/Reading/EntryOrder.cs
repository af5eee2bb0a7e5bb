namespace DocService.Index.Reading;

/// <summary>In which order entries are listed.</summary>
public enum EntryOrder
{
    /// <summary>Keys rise, and of each key the ids.</summary>
    Rising,

    /// <summary>Keys fall; of each key the ids rise all the same.</summary>
    KeysFalling,

    /// <summary>Keys fall, and of each key the ids.</summary>
    Falling,
}
