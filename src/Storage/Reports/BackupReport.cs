namespace DocService.Storage.Reports;

/// <summary>What a backup or a restore has done.</summary>
/// <param name="Snapshot">What is in it.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Files">Files of it.</param>
/// <param name="Bytes">Their lengths together.</param>
/// <param name="CopiedFiles">Those that were written: the others were in the backup before, and are shared with it.</param>
/// <param name="CopiedBytes">Their lengths together.</param>
public sealed record BackupReport(SnapshotInfo Snapshot, string Path, long Files, long Bytes, long CopiedFiles, long CopiedBytes);
