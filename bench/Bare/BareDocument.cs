using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DocService.Bare;

/// <summary>A document with the fields that DocService answers, all of them made before the first request.</summary>
internal sealed class BareDocument
{
    private BareDocument(long version, byte[] body)
    {
        Body = body;
        ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        Digest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(body))}:";
    }

    public byte[] Body { get; }

    public string ETag { get; }

    public string Digest { get; }

    public string Modified { get; } = TimeProvider.System.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The hot keys of bench/wrk/common.lua, each with a JSON object of so many bytes.</summary>
    public static Dictionary<string, BareDocument> Make(int keys, int bytes)
    {
        var random = new Random(1);
        var documents = new Dictionary<string, BareDocument>(keys);
        for (int number = 0; number < keys; number++)
        {
            string head = string.Create(CultureInfo.InvariantCulture, $"{{\"kind\":\"sample\",\"number\":{number},\"text\":\"");
            string text = random.GetString("abcdefghijklmnopqrstuvwxyz0123456789", bytes - head.Length - 2);
            documents.Add(string.Create(CultureInfo.InvariantCulture, $"hot-{number:D7}"), new BareDocument(number + 1, Encoding.ASCII.GetBytes($"{head}{text}\"}}")));
        }

        return documents;
    }
}
