using System.Text;
using System.Text.Json;
using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Snapshots;

/// <summary>SNAPSHOT: what a snapshot holds. One line of JSON with a checksum at its end, as FORMAT.</summary>
/// <remarks>It is there as long as the directory is a snapshot: the first start removes it.</remarks>
internal static class SnapshotManifest
{
    public const string Name = Opening.DataDirectory.ManifestName;

    private const int BytesMax = 4096;

    private static ReadOnlySpan<byte> ChecksumMember => "check"u8;

    public static void Write(IDirectory snapshot, SnapshotInfo info)
    {
        byte[] content = new byte[BytesMax];
        var line = new LineWriter(content, 0);
        line.Raw("{\"docservice\":1,\"snapshot\":"u8);
        line.Text(Encoding.ASCII.GetBytes(info.Name));
        line.Raw(",\"store\":"u8);
        line.Text(Encoding.ASCII.GetBytes(info.StoreId.ToString()));
        line.Raw(",\"created\":\""u8);
        line.Time(info.Created);
        Number(ref line, "\",\"sequence\":"u8, info.Sequence);
        Number(ref line, ",\"filedThrough\":"u8, info.FiledThrough);
        Number(ref line, ",\"documents\":"u8, info.Documents);
        Number(ref line, ",\"versions\":"u8, info.Versions);
        Number(ref line, ",\"bytes\":"u8, info.Bytes);
        line.Raw(",\"names\":\""u8);
        line.Hex(info.Names);
        line.Raw("\""u8);
        int length = ChecksummedLine.Finish(content, line.Length, ChecksumMember);
        using IFile file = snapshot.Create(Name);
        file.Write(content.AsSpan(0, length), 0);
        file.Sync();
    }

    /// <summary>Null where there is none, or it is damaged.</summary>
    /// <exception cref="FileSystemException">It cannot be read.</exception>
    public static SnapshotInfo? TryRead(IDirectory snapshot)
    {
        using IFile? file = snapshot.TryOpen(Name, FileAccess.Read);
        byte[] content = new byte[BytesMax];
        int count = file?.Read(content, 0) ?? 0;
        if (!ChecksummedLine.IsIntact(content.AsSpan(0, count), ChecksumMember))
        {
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(content.AsMemory(0, count));
            JsonElement root = document.RootElement;
            return new SnapshotInfo
            {
                Name = root.GetProperty("snapshot"u8).GetString()!,
                Path = snapshot.Path,
                StoreId = root.GetProperty("store"u8).GetGuid(),
                Created = root.GetProperty("created"u8).GetDateTimeOffset(),
                Sequence = root.GetProperty("sequence"u8).GetInt64(),
                FiledThrough = root.GetProperty("filedThrough"u8).GetInt64(),
                Documents = root.GetProperty("documents"u8).GetInt64(),
                Versions = root.GetProperty("versions"u8).GetInt64(),
                Bytes = root.GetProperty("bytes"u8).GetInt64(),
                Names = new Sha256Digest(Convert.FromHexString(root.GetProperty("names"u8).GetString()!)),
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null; // of a later version
        }
    }

    private static void Number(ref LineWriter line, ReadOnlySpan<byte> member, long value)
    {
        line.Raw(member);
        line.Number(value);
    }
}
