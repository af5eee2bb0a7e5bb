using System.Text.Json;
using DocService.Api.Answers;
using DocService.Api.Fields;
using DocService.Index.History;
using DocService.Index.Reading;

namespace DocService.Api.History;

/// <summary>A page of a document's versions, the newest first, as JSON.</summary>
internal static class VersionPage
{
    /// <summary>
    /// What its clients see of a history: so many of the newest versions as the newest one says, without those that have ended, and the
    /// deletes between them. What is beyond, and about to be dropped, is not told any more.
    /// </summary>
    public static IEnumerable<VersionFacts> Visible(IndexReader reader, string id)
    {
        using HistoryListing versions = reader.ListVersions(id);
        var deletes = new List<VersionFacts>(); // told only if an older version is
        int? kept = null;
        for (int seen = 0; versions.MoveNext();)
        {
            VersionFacts version = versions.Current;
            if (version.IsDelete)
            {
                deletes.Add(version);
                continue;
            }

            kept ??= version.Keep;
            if (seen++ >= kept || !version.HasFile)
            {
                yield break; // what is older is about to be dropped
            }

            if (version.HasEnded(reader.Moment))
            {
                continue;
            }

            foreach (VersionFacts delete in deletes)
            {
                yield return delete;
            }

            deletes.Clear();
            yield return version;
        }
    }

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
