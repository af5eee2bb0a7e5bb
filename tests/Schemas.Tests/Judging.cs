using System.Text;
using System.Text.Json;

namespace DocService.Schemas.Tests;

/// <summary>Schemas and documents as texts.</summary>
internal static class Judging
{
    public static DocumentSchema Schema(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        DocumentSchema? schema = DocumentSchema.Parse(document.RootElement, out SchemaFault? fault);
        Assert.True(schema is not null, fault is null ? "no schema and no fault" : $"{fault.At}: {fault.Detail}");
        return schema;
    }

    public static SchemaFault Fault(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        Assert.Null(DocumentSchema.Parse(document.RootElement, out SchemaFault? fault));
        Assert.NotNull(fault);
        return fault;
    }

    public static SchemaVerdict Judge(string schema, string document) => Judge(Schema(schema), document);

    public static SchemaVerdict Judge(DocumentSchema schema, string document)
    {
        byte[] body = Encoding.UTF8.GetBytes(document);
        return schema.Judge(body, budget: null, DocumentSchema.WorkOf(body.Length));
    }

    public static bool Passes(string schema, string document)
    {
        SchemaVerdict verdict = Judge(schema, document);
        Assert.True(verdict.Outcome is SchemaOutcome.Passed or SchemaOutcome.Violated, verdict.Outcome.ToString());
        return verdict.Outcome == SchemaOutcome.Passed;
    }
}
