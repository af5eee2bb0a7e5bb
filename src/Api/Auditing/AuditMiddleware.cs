using System.Text.Encodings.Web;
using System.Text.Json;
using DocService.Api.Access;
using DocService.Api.Ids;
using DocService.Api.Keys;
using Microsoft.Extensions.Primitives;

namespace DocService.Api.Auditing;

/// <summary>
/// Writes a line for each request that could change something, when it has been answered. Outermost, so that it sees the answer that
/// the client gets. Neither bodies nor secrets nor the query are in it.
/// </summary>
internal sealed class AuditMiddleware(RequestDelegate next, AuditLog log, TimeProvider clock)
{
    private const string Query = "/query";

    /// <summary>The longest path of a document has 3,078 characters: 1,024 bytes, each in three. What is longer names nothing.</summary>
    private const int PathMax = 3100;

    /// <summary>What is not ASCII is escaped: a reader of lines sees no other line and no control character.</summary>
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.Default };

    public Task InvokeAsync(HttpContext context) => SafeMethods.Contain(context.Request.Method) ? next(context) : NoteAsync(context);

    private async Task NoteAsync(HttpContext context)
    {
        var note = new AuditNote();
        context.Features.Set(note);
        try
        {
            await next(context);
        }
        finally
        {
            string path = RawTarget.PathOf(RawTarget.Of(context)).ToString(); // now, without the prefix of a proxy
            bool isNobodys = context.Response.StatusCode == StatusCodes.Status401Unauthorized && !Caller.Of(context).IsKnown; // else its key has ended in the midst of it
            if (note.Counts && path != Query && !isNobodys)
            {
                log.Add(Line(context, path, note));
            }
        }
    }

    private byte[] Line(HttpContext context, string path, AuditNote note)
    {
        Caller caller = Caller.Of(context);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Json))
        {
            writer.WriteStartObject();
            writer.WriteString("time", clock.GetUtcNow().UtcDateTime);
            writer.WriteString("owner", caller.Owner);
            writer.WriteString("name", caller.Name);
            writer.WriteString("method", context.Request.Method);
            writer.WriteString("path", path.Length > PathMax ? path[..PathMax] + "…" : path);
            WriteIds(writer, note);
            if (IsAnswered(context))
            {
                writer.WriteNumber("status", context.Response.StatusCode);
            }
            else
            {
                writer.WriteNull("status"); // whether it was carried out is not known here
            }

            WriteField(writer, "location", context.Response.Headers.Location);
            WriteField(writer, "durability", context.Response.Headers["Durability"]);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    private static bool IsAnswered(HttpContext context) => context.Response.HasStarted || !context.RequestAborted.IsCancellationRequested;

    private static void WriteIds(Utf8JsonWriter writer, AuditNote note)
    {
        if (note.Documents is { } documents)
        {
            writer.WriteNumber("documents", documents);
        }

        if (note.Ids.Count > 0)
        {
            writer.WriteStartArray("ids");
            foreach (string id in note.Ids)
            {
                writer.WriteStringValue(id);
            }

            writer.WriteEndArray();
        }
    }

    private static void WriteField(Utf8JsonWriter writer, string name, StringValues field)
    {
        if (field.Count > 0)
        {
            writer.WriteString(name, field.ToString());
        }
    }
}
