using System.Text.Json;
using DocService.Api.Problems;
using DocService.Api.Queries;
using DocService.Index;
using DocService.Index.Answering;
using DocService.Index.Reading;
using DocService.Queries.Aggregation;

namespace DocService.Api.Answers;

/// <summary>Groups and what was computed over them.</summary>
internal sealed class AggregateAnswer(ByteBudget budget, TimeProvider clock)
{
    public async Task<Problem?> AnswerAsync(HttpContext context, QueryForm form, IndexQueries queries)
    {
        long started = clock.GetTimestamp();
        using IndexReader reader = await queries.OpenAsync(form.IsEventual, context.RequestAborted);
        using var search = new AggregateSearch(reader, form.Query, form.Aggregate!);
        await queries.RunAsync(search, queries.NewLimit(context.RequestAborted));
        queries.Note(search, clock.GetElapsedTime(started));
        if (search.IsTooMuch)
        {
            return QueryProblems.TooManyGroups;
        }

        using var output = new AnswerBuffer(budget);
        using (var writer = new Utf8JsonWriter(output, EntryWriter.Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("asOf", reader.AsOf);
            writer.WriteStartArray("groups");
            foreach (AggregateGroup group in search.Groups())
            {
                Write(writer, group);
            }

            writer.WriteEndArray();
            if (form.IsCounted)
            {
                writer.WriteNumber("count", search.Matched);
            }

            if (form.IsExplained)
            {
                PlanReport.Write(writer, form, search, clock.GetElapsedTime(started));
            }

            writer.WriteEndObject();
        }

        context.Response.ContentType = "application/json";
        ListFields.Write(context.Response);
        context.Response.ContentLength = output.Length;
        await output.SendAsync(context.Response);
        return null;
    }

    private static void Write(Utf8JsonWriter writer, AggregateGroup group)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("key");
        foreach (ReadOnlyMemory<byte> value in group.Key)
        {
            writer.WriteRawValue(value.Span, skipInputValidation: true);
        }

        writer.WriteEndArray();
        writer.WriteStartObject("values");
        foreach (AggregateValue value in group.Values)
        {
            writer.WritePropertyName(value.Name);
            writer.WriteRawValue(value.Json.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
        if (group.Values.Any(value => value.Inexact > 0))
        {
            writer.WriteStartObject("inexact");
            foreach (AggregateValue value in group.Values.Where(value => value.Inexact > 0))
            {
                writer.WriteNumber(value.Name, value.Inexact);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
