using System.Text;

namespace DocService.Storage.Tests.Support;

/// <summary>Short ways to say what nearly every test says, whatever the engine.</summary>
internal static partial class TestDocuments
{
    public static DocumentContent Content(string json) => Content(Encoding.UTF8.GetBytes(json));

    public static DocumentContent Content(byte[] body) => new(body, "application/json", Sha256Digest.Of(body));

    public static Task<WriteResult> PutAsync(this IDocumentStore store, string id, string json, Conditions conditions = default, DurabilityLevel level = Best) =>
        store.PutAsync(DocumentKey.Create(id), Content(json), conditions, level, default).AsTask();

    public static Task<WriteResult> DeleteAsync(this IDocumentStore store, string id, Conditions conditions = default, DurabilityLevel level = Best) =>
        store.DeleteAsync(DocumentKey.Create(id), conditions, level, default).AsTask();

    /// <summary>The body as text, or null when there is no document.</summary>
    public static async Task<string?> ReadAsync(this IDocumentStore store, string id)
    {
        using StoredDocument? document = await store.ReadAsync(DocumentKey.Create(id), default);
        return document is null ? null : Encoding.UTF8.GetString(document.Body.Span);
    }

    /// <summary>The body of an opened document, whole or by the piece.</summary>
    public static async Task<byte[]> ReadAllAsync(this StoredDocument document)
    {
        if (document.IsWhole)
        {
            return document.Body.ToArray();
        }

        using var body = new MemoryStream();
        byte[] buffer = new byte[StoredDocument.PieceBytes];
        for (int piece = 0; body.Length < document.Info.Length; piece++)
        {
            body.Write(buffer, 0, await document.ReadPieceAsync(piece, buffer, default));
        }

        return body.ToArray();
    }

    public static Task<DocumentInfo?> ReadInfoAsync(this IDocumentStore store, string id) =>
        store.ReadInfoAsync(DocumentKey.Create(id), default).AsTask();
}
