namespace DocService.Storage.Tests.Support.Crash.Ledgers;

/// <summary>What became of a write, as far as it is known.</summary>
internal enum WriteOutcome
{
    Open,
    Done,
    Nothing,
}
