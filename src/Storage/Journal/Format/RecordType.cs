using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Journal.Format;

/// <summary>What a record is.</summary>
internal enum RecordType : byte
{
    /// <summary>One commit: one or more operations, applied together or not at all.</summary>
    Commit = 1,

    /// <summary>No operations: carries the watermarks after a pause.</summary>
    Seal = 2,

    /// <summary>A seal at a clean stop: nothing follows it, and no sequence above its own was handed out.</summary>
    CleanStop = 3,
}
