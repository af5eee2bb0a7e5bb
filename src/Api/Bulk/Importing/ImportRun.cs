using System.IO.Pipelines;
using DocService.Api.Access;
using DocService.Api.Bodies;
using DocService.Api.Bulk.Importing.Lines;
using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Bulk.Importing;

/// <summary>
/// One import: takes documents as lines of JSON, as many as there are, and writes them in commits of its own. A line that is
/// refused loses no other.
/// </summary>
/// <remarks>
/// Owns: nothing beyond <see cref="TakeAllAsync(CancellationToken)"/>. Thread: one flow.
/// Memory: the lines of one commit, and the list of refused ones, both charged to the budget.
/// </remarks>
internal sealed class ImportRun(
    IDocumentStore store, ByteBudget budget, DocServiceOptions options, TimeProvider clock, HttpContext context, ConflictRule rule, ImportKey? key, ImportReport report)
{
    /// <summary>Between two looks whether the budget has room again.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    private readonly ImportLimits _limits = ImportLimits.Of(options);
    private readonly Conditions _conditions = rule == ConflictRule.Replace ? Conditions.None : new Conditions { IfNoneMatch = VersionMatch.Any };

    private CancellationToken Gone => context.RequestAborted;

    /// <summary>Until the last line is done: null, or the problem that has ended it.</summary>
    public async Task<Problem?> TakeAllAsync(CancellationToken stopping)
    {
        using var account = new ImportAccount(budget);
        if (!account.TryTake(_limits.Charge))
        {
            return ProblemCatalogue.OverBudget;
        }

        UnreadBody.Begun(context.Request);
        using var lines = new ImportLines(context.Request.BodyReader, account, _limits);
        using var batch = new ImportBatch(store, rule, key, report, _limits, Caller.Of(context));
        using CancellationTokenRegistration stop = stopping.UnsafeRegister(static state => ((PipeReader)state!).CancelPendingRead(), context.Request.BodyReader);
        try
        {
            return await TakeAllAsync(lines, batch);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !Gone.IsCancellationRequested)
        {
            return Caller.Of(context).Ended.IsCancellationRequested ? AccessProblems.Ended : BulkProblems.Stopping;
        }
        catch (StoreException exception)
        {
            return ProblemCatalogue.Of(exception);
        }
    }

    private async Task<Problem?> TakeAllAsync(ImportLines lines, ImportBatch batch)
    {
        while (true)
        {
            (ImportLineState state, ImportText? text, Problem? problem) = await ReadAsync(lines);
            switch (state)
            {
                case ImportLineState.Line:
                    problem = await TakeAsync(lines.Number, text!, batch);
                    break;
                case ImportLineState.TooLong:
                    report.Refuse(lines.Number, id: null, ProblemCatalogue.TooLarge(options.MaxDocumentBytes));
                    break;
                case ImportLineState.Large:
                    problem = await CommitAsync(batch, lines.Number);
                    break;
                case ImportLineState.End:
                    return problem ?? await CommitAsync(batch, lines.Number);
            }

            if (problem is not null)
            {
                return problem;
            }
        }
    }

    /// <summary>One line, which is committed with others; and, when there are enough, those. Its text is given back by the batch, or here.</summary>
    private async Task<Problem?> TakeAsync(long number, ImportText text, ImportBatch batch)
    {
        bool isHeld = false;
        try
        {
            ImportLine line = await ParseAsync(text);
            if (line.Refusal is { } refusal)
            {
                report.Refuse(number, line.Id, refusal);
            }

            if (line.Document is not { } document)
            {
                return null;
            }

            if (DocumentAccess.JudgeWrite(context, document.Key, document.Conditions) is { } forbidden)
            {
                report.Refuse(number, document.Key.Id, forbidden);
                return null;
            }

            if (!batch.Takes(document.Key, text) && await CommitAsync(batch, number - 1) is { } problem)
            {
                return problem;
            }

            batch.Add(number, document, text);
            isHeld = true;
            return batch.IsFull ? await CommitAsync(batch, number) : null;
        }
        finally
        {
            if (!isHeld)
            {
                text.Dispose();
            }
        }
    }

    /// <summary>What arrives next; the problem is the client's, or there is no memory for too long.</summary>
    private async Task<(ImportLineState State, ImportText? Text, Problem? Problem)> ReadAsync(ImportLines lines)
    {
        long started = clock.GetTimestamp();
        do
        {
            try
            {
                (ImportLineState state, ImportText? text) = await lines.ReadAsync();
                if (state != ImportLineState.NoRoom)
                {
                    return (state, text, null);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException && RequestBody.ProblemOf(context.Request, exception) is { } clients)
            {
                return (ImportLineState.End, null, clients);
            }
        }
        while (await TryWaitAsync(started));
        return (ImportLineState.End, null, ProblemCatalogue.OverBudget);
    }

    /// <summary>Checking much JSON takes memory too.</summary>
    private async Task<ImportLine> ParseAsync(ImportText text)
    {
        long started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return ImportLine.Parse(text, _conditions, options, budget);
            }
            catch (StoreBusyException) when (clock.GetElapsedTime(started) < options.BusyTimeout)
            {
                // Tried again below.
            }

            _ = await TryWaitAsync(started);
        }
    }

    /// <summary>A moment, in which others may give memory back: nobody is told of that. False when it has been waited for as long as that may take.</summary>
    private async Task<bool> TryWaitAsync(long since)
    {
        if (clock.GetElapsedTime(since) >= options.BusyTimeout)
        {
            return false;
        }

        await Task.Delay(Moment, clock, Gone);
        return true;
    }

    private async Task<Problem?> CommitAsync(ImportBatch batch, long linesDone)
    {
        Problem? problem = await batch.CommitAsync(Gone);
        if (problem is null)
        {
            report.LinesDone = linesDone;
        }

        return problem;
    }
}
