using System.Text.Json;
using DocService.Api.Answers;
using DocService.Api.Fields;
using DocService.Index.History;

namespace DocService.Api.History;

/// <summary>A page of a document's versions, the newest first, as JSON.</summary>
internal static class VersionPage
{
    /// <param name="form">Which page.</param>
    /// <param name="asOf">Of the snapshot.</param>
    /// <param name="versions">All that are visible.</param>
    /// <param name="output">Where it goes.</param>
    public static void Write(VersionsForm form, long asOf, IEnumerable<VersionFacts> versions, AnswerBuffer output)
    {
        using var writer = new Utf8JsonWriter(output, EntryWriter.Options);
        writer.WriteStartObject();
        writer.WriteString("id", form.Key.Id);
        writer.WriteNumber("asOf", asOf);
        writer.WriteStartArray("versions");
        long last = 0;
        string? next = null;
        int count = 0;
        foreach (VersionFacts version in versions.Where(version => form.Below is null || version.Version < form.Below))
        {
            if (count++ == form.Limit)
            {
                next = form.CursorBehind(last);
                break;
            }

            Write(writer, version);
            last = version.Version;
        }

        writer.WriteEndArray();
        if (next is not null)
        {
            writer.WriteString("next", next);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, VersionFacts version)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", version.Version);
        writer.WriteString("op", version.IsDelete ? "delete" : "put");
        writer.WriteString("modified", version.Modified.UtcDateTime);
        if (!version.IsDelete)
        {
            writer.WriteString("etag", EntityTag.Of(version.Version));
            if (version.Expires is { } end)
            {
                writer.WriteString("expires", end.UtcDateTime);
            }

            writer.WriteNumber("length", version.Length);
            writer.WriteString("sha256", version.Sha256.ToString());
        }

        writer.WriteEndObject();
    }
}
