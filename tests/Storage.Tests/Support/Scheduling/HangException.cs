namespace DocService.Storage.Tests.Support.Scheduling;

/// <summary>The clients of a run got no answer, however much virtual time went by.</summary>
#pragma warning disable CA1032, CA1064
internal sealed class HangException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
