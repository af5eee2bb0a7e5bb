using System.Diagnostics;
using System.Text.Json;
using DocService.Api.Access;
using DocService.Api.Answers;
using DocService.Api.Auditing;
using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Api.Idempotency;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Api.Routing;
using DocService.Collections;
using DocService.Collections.Definitions;
using DocService.Index;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Reading;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>
/// DELETE /docs: all documents that a query finds in one snapshot, if they are as many as the client says. Each is deleted in
/// the version that was found; one that has changed since is kept. Whole commits are atomic, the deletion is not.
/// </summary>
/// <remarks>Memory: the ids of one commit, whatever the number of documents.</remarks>
internal sealed class QueryDeletion(
    IDocumentStore store, ServedIndex index, CollectionService collections, ByteBudget budget, DocServiceOptions options, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    private readonly int _commitMax = CommitsDone.OperationsMax(options);

    public static void Map(IEndpointRouteBuilder routes)
    {
        IServiceProvider services = routes.ServiceProvider;
        routes.MapMethods("/docs", ["DELETE"], context => ProblemWriter.AnswerAsync(context, services.GetRequiredService<QueryDeletion>().DeleteAsync)).WithMetadata(RouteAccess.Judged, new KnownParameters(DeletionForm.Names));
    }

    private async Task<Problem?> DeleteAsync(HttpContext context)
    {
        if (DocumentOnlyFields.FindIn(context.Request.Headers) is { } field)
        {
            return ProblemCatalogue.Invalid($"{field} is not taken: each document is deleted in the version that the query found, and a deletion that is sent again counts again.");
        }

        if (Digest.CheckUnread(context.Request) is { } digest)
        {
            return digest;
        }

        if (IdempotencyKey.Refuse(context.Request.Headers, "is not taken: a deletion is more than one commit, and one that is sent again counts again.") is { } noKey)
        {
            return noKey;
        }

        if (DurabilityField.TryParse(context.Request.Headers, options.Level, out DurabilityLevel level) is { } badLevel)
        {
            return badLevel;
        }

        if (DeletionForm.TryParse(context, options.QueryTimeout, out DeletionForm deletion) is { } problem)
        {
            return problem;
        }

        QueryForm form = deletion.Form;
        CollectionSet inForce = collections.Collections; // once: what was judged by one definition must not run by another
        if (QueryAccess.Judge(context, inForce, form, deletes: true) is { } forbidden)
        {
            return forbidden;
        }

        if (Answers.QueryCollection.TryUse(inForce, ref form) is { } missing)
        {
            return missing;
        }

        if (index.Queries is not { } queries)
        {
            return QueryProblems.NoIndex;
        }

        store.ThrowIfRefusing(bodyBytes: 0);
        long charged = (long)_commitMax * WriteCost.OperationBytes;
        if (!budget.TryTake(charged))
        {
            return ProblemCatalogue.OverBudget;
        }

        var progress = new DeletionProgress(level);
        try
        {
            return await RunAsync(context, deletion with { Form = form }, queries, progress);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested && QueryFailures.ToProblem(exception, queries, options.QueryTimeout) is { } failed)
        {
            return progress.AddTo(failed); // what is deleted stays deleted: the client has to know
        }
        finally
        {
            AuditNote.Add(context, progress.Deleted);
            budget.Return(charged);
        }
    }

    private async Task<Problem?> RunAsync(HttpContext context, DeletionForm deletion, IndexQueries queries, DeletionProgress progress)
    {
        long started = clock.GetTimestamp();
        using var time = new CancellationTokenSource(options.ExportTimeout, clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, Caller.Of(context).Ended, time.Token);
        using IndexReader reader = await queries.OpenAsync(isEventual: false, context.RequestAborted);
        try
        {
            (long matched, _) = await queries.CountAsync(reader, deletion.Form.Query, queries.NewLimit(end.Token));
            if (matched != deletion.Confirmed)
            {
                return BulkProblems.CountDiffers(matched, deletion.Confirmed, reader.AsOf);
            }

            var found = new FoundVersions(_commitMax, options.BatchBytesMax / 2);
            using DocumentSearch search = DocumentSearch.Create(reader, deletion.Form.Query, deletion.Form.ToRequest(limit: null, behind: null), found);
            SearchState state;
            do
            {
                state = await queries.RunAsync(search, queries.NewLimit(end.Token));
                if (await CommitAsync(found.Take(), progress, end.Token) is { } refused)
                {
                    return progress.AddTo(refused);
                }
            }
            while (state == SearchState.Full);
            queries.Note(search, clock.GetElapsedTime(started));
            await AnswerAsync(context, reader.AsOf, matched, progress);
            return null;
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && end.IsCancellationRequested)
        {
            return progress.AddTo(time.IsCancellationRequested ? BulkProblems.Timeout(options.ExportTimeout)
                : Caller.Of(context).Ended.IsCancellationRequested ? AccessProblems.Ended : BulkProblems.Stopping);
        }
    }

    /// <summary>Deletes those that are still as they were found. The others would have the whole commit refused, so they are left out of it.</summary>
    private async Task<Problem?> CommitAsync(List<DocumentOperation> deletes, DeletionProgress progress, CancellationToken cancellation)
    {
        while (deletes.Count > 0)
        {
            CommitResult result = await store.CommitAsync(deletes, progress.Commits.Asked, cancellation);
            if (result.IsCommitted)
            {
                progress.Note(result);
                return null;
            }

            if (result.Results.Any(one => one.Status == WriteStatus.Refused))
            {
                return RuleProblem.Of(deletes, result.Results, static violation => violation); // of deletes: none names another document
            }

            List<DocumentOperation> left = [.. deletes.Where((_, at) => result.Results[at].Status != WriteStatus.ConditionFailed)];
            if (left.Count == deletes.Count)
            {
                throw new UnreachableException("A commit of deletes failed, and none of them did.");
            }

            progress.Kept += deletes.Count - left.Count;
            deletes = left;
        }

        return null;
    }

    private static async Task AnswerAsync(HttpContext context, long asOf, long matched, DeletionProgress progress)
    {
        HttpResponse response = context.Response;
        progress.Commits.WriteFields(response);
        await using var writer = new Utf8JsonWriter(response.BodyWriter, EntryWriter.Options);
        writer.WriteStartObject();
        writer.WriteNumber("asOf", asOf);
        writer.WriteNumber("matched", matched);
        writer.WriteNumber("deleted", progress.Deleted);
        writer.WriteNumber("kept", progress.Kept);
        writer.WriteNumber("gone", progress.Gone);
        writer.WriteEndObject();
    }
}
