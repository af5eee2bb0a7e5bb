namespace DocService.Storage.Reports;

/// <summary>The store's time, by which documents end, and how the wall clock differs from it.</summary>
/// <param name="Now">It began at the wall clock when the store opened, and moves with the monotonic clock alone. UTC.</param>
/// <param name="WallAhead">How far the wall clock is ahead; negative when it is behind.</param>
/// <param name="IsInDoubt">That is more than a minute: nothing is swept. A restart confirms the wall clock.</param>
public readonly record struct TimeReport(DateTimeOffset Now, TimeSpan WallAhead, bool IsInDoubt);
