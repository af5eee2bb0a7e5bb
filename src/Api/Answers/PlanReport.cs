using System.Text.Json;
using DocService.Api.Queries;
using DocService.Index.Answering;
using DocService.Queries.Planning;

namespace DocService.Api.Answers;

/// <summary>How a query was answered and what that cost.</summary>
internal static class PlanReport
{
    /// <param name="writer">Gets the member.</param>
    /// <param name="form">What was asked.</param>
    /// <param name="search">What it took.</param>
    /// <param name="elapsed">All together.</param>
    /// <param name="examinedToCount">Documents that were looked at for the count alone.</param>
    public static void Write(Utf8JsonWriter writer, QueryForm form, Search search, TimeSpan elapsed, long examinedToCount = 0)
    {
        QueryPlan plan = search.Plan;
        writer.WriteStartObject("plan");
        writer.WriteString("reads", search.Source);
        writer.WriteString("index", form.TextIndex ?? plan.Index?.Name); // a search for words reads its text index alone
        writer.WriteString("order", plan.Order == CandidateOrder.None && search is DocumentSearch ? "sorted" : "as read");
        writer.WriteNumber("examined", search.Examined + examinedToCount);
        writer.WriteNumber("matched", search.Matched);
        writer.WriteNumber("milliseconds", Math.Round(elapsed.TotalMilliseconds, 3));
        writer.WriteEndObject();
    }
}
