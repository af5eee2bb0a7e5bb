namespace DocService.Storage.Reports;

/// <summary>The store's time, by which documents end, and how the wall clock differs from it.</summary>
/// <param name="Now">It began at the wall clock when the store opened, if that could be right, and moves with the monotonic clock alone. UTC.</param>
/// <param name="WallAhead">How far the wall clock is ahead; negative when it is behind.</param>
/// <param name="IsInDoubt">That is more than a minute, or what was noted of the time is lost: nothing is swept until the wall clock is right or an operator confirms it.</param>
public readonly record struct TimeReport(DateTimeOffset Now, TimeSpan WallAhead, bool IsInDoubt);
