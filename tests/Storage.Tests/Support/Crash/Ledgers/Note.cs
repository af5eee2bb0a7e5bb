using DocService.Storage.Journal.Format;

namespace DocService.Storage.Tests.Support.Crash.Ledgers;

/// <summary>What a workload writes into the disk's log, in its place among the calls. A <see cref="Ledger"/> is made of these alone.</summary>
internal abstract record Note(int Operation)
{
    /// <summary>A store is open and has told its identity.</summary>
    internal sealed record Opened(Guid StoreId) : Note(0);

    /// <summary>A write is about to be asked for: from here on a power cut may leave it, all of it or nothing.</summary>
    internal sealed record Issued(int Operation, params IReadOnlyList<Change> Changes) : Note(Operation)
    {
        public override string ToString() => $"Issued {{ Operation = {Operation}, {string.Join(" and ", Changes)} }}";
    }

    /// <summary>One document of a write. A delete has no body.</summary>
    internal sealed record Change(string Id, string? Body);

    /// <summary>A write was answered with success. Version 0: nothing was written, because there is nothing to delete.</summary>
    internal sealed record Acknowledged(int Operation, long Version) : Note(Operation);

    /// <summary>A write was answered with "written, not yet durable": a kill must leave it, a power cut need not.</summary>
    internal sealed record Buffered(int Operation, long Version) : Note(Operation);

    /// <summary>A write was answered with an error that says that nothing was done.</summary>
    internal sealed record Refused(int Operation, string Error) : Note(Operation);

    /// <summary>A write was answered with "unknown": it stays open what became of it.</summary>
    internal sealed record LeftOpen(int Operation, string Error) : Note(Operation);

    internal sealed record ReadBegun(int Operation, string Id) : Note(Operation);

    /// <summary>A read returned this version, or nothing (version 0, no body).</summary>
    internal sealed record ReadEnded(int Operation, long Version, string? Body) : Note(Operation);

    internal sealed record ReadFailed(int Operation, string Error) : Note(Operation);

    /// <summary>The process was killed on a healthy disk, which keeps what it was given.</summary>
    internal sealed record Killed() : Note(0);

    /// <summary>
    /// The process is gone, by a power cut or a kill, and another one starts on a healthy disk: nothing may fail from
    /// here on, and what was open is decided by the first read.
    /// </summary>
    internal sealed record Restarted() : Note(0);
}
