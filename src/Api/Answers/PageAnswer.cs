using System.Buffers;
using System.Globalization;
using System.Text.Json;
using DocService.Api.Answers.Sealing;
using DocService.Api.Fields;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Index;
using DocService.Index.Answering;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Queries;

namespace DocService.Api.Answers;

/// <summary>One page of documents as JSON, whole in memory before its first byte is sent, so that it has an entity tag and a length.</summary>
internal sealed class PageAnswer(Cursors cursors, ByteBudget budget, TimeProvider clock)
{
    /// <summary>A page ends when it holds so much.</summary>
    private const long BytesMax = 16L << 20;

    public async Task<Problem?> AnswerAsync(HttpContext context, QueryForm form, IndexQueries queries, SearchPosition? behind)
    {
        CancellationToken gone = context.RequestAborted;
        long started = clock.GetTimestamp();
        using IndexReader reader = await queries.OpenAsync(form.IsEventual, gone);
        using var output = new AnswerBuffer(budget);
        SearchLimit limit = queries.NewLimit(gone);
        using var entries = new EntryWriter(form, output, isLines: false, BytesMax) { Limit = limit };
        SearchRequest request = form.ToRequest(form.Limit ?? QueryForm.LimitDefault, behind);
        using DocumentSearch search = DocumentSearch.Create(reader, form.Query, request, entries);
        output.Write("{\"asOf\":"u8);
        output.Write(System.Text.Encoding.ASCII.GetBytes(reader.AsOf.ToString(CultureInfo.InvariantCulture)));
        output.Write(",\"documents\":["u8);
        SearchState state = await queries.RunAsync(search, limit);
        SearchPosition? end = !form.Query.IsRanked && (state == SearchState.Full || search.IsLimitReached) && search.MayHaveMore() ? search.Position : null;
        (long Matched, long Examined)? count = form.IsCounted ? await CountAsync(reader, form, queries, behind, end, entries, limit) : null;
        queries.Note(search, clock.GetElapsedTime(started));
        string tag = TagOf(form, entries, end, count?.Matched);
        HttpResponse response = context.Response;
        response.Headers.ETag = tag;
        ListFields.Write(response);
        if (!HttpMethods.IsPost(context.Request.Method) && context.Request.Headers.IfMatch is { Count: > 0 } match && match != "*")
        {
            return QueryProblems.WeakTag(tag);
        }

        if (!HttpMethods.IsPost(context.Request.Method) && EntityTag.IsAmong(context.Request.Headers.IfNoneMatch, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return null;
        }

        string? next = end is null ? null : await cursors.SealAsync(form, end, gone);
        WriteRest(output, form, entries, next, count, search, clock.GetElapsedTime(started));
        ListFields.WriteLink(context, next);
        response.ContentType = "application/json";
        response.ContentLength = output.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await output.SendAsync(response);
        }

        return null;
    }

    /// <summary>Of a first page that is the last one all have been counted.</summary>
    private static async ValueTask<(long Matched, long Examined)> CountAsync(
        IndexReader reader, QueryForm form, IndexQueries queries, SearchPosition? behind, SearchPosition? end, EntryWriter entries, SearchLimit limit)
    {
        if (behind is null && end is null && !form.Query.IsRanked)
        {
            return (entries.Entries, 0);
        }

        return await queries.CountAsync(reader, form.Query, limit);
    }

    private static void WriteRest(AnswerBuffer output, QueryForm form, EntryWriter entries, string? next, (long Matched, long Examined)? count, DocumentSearch search, TimeSpan elapsed)
    {
        output.Write("]"u8);
        if (form.Query.Delimiter.Length == 0 && next is null && count is null && !form.IsExplained)
        {
            output.Write("}"u8);
            return;
        }

        var members = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(members, EntryWriter.Options);
        writer.WriteStartObject();
        if (form.Query.Delimiter.Length > 0)
        {
            writer.WriteStartArray("prefixes");
            foreach (byte[] folder in entries.Folders)
            {
                writer.WriteStringValue(folder);
            }

            writer.WriteEndArray();
        }

        if (next is not null)
        {
            writer.WriteString("next", next);
        }

        if (count is { } all)
        {
            writer.WriteNumber("count", all.Matched);
        }

        if (form.IsExplained)
        {
            PlanReport.Write(writer, form, search, elapsed, count?.Examined ?? 0);
        }

        writer.WriteEndObject();
        writer.Flush();
        ReadOnlySpan<byte> inner = members.WrittenSpan[1..];
        output.Write(inner.Length > 1 ? ","u8 : default);
        output.Write(inner);
    }

    /// <summary>Weak: of the answers that it stands for the bodies are the same, the position (<c>asOf</c>) and costs may differ.</summary>
    private static string TagOf(QueryForm form, EntryWriter entries, SearchPosition? end, long? count)
    {
        PageDigest digest = entries.Digest!; // of the query and what it found
        digest.Append(end is null ? [] : Cursors.Plain(form, end));
        digest.Append(BitConverter.GetBytes(count ?? -1));
        return $"W/\"{Convert.ToHexStringLower(digest.Finish().AsSpan(0, 16))}\"";
    }
}
