using System.Text;

namespace DocService.Approaches;

/// <summary>Everything in two maps that are read from the file at the start: nothing is faster, and nothing that is written survives.</summary>
internal sealed class MapInMemory : IUserLookup
{
    private readonly Dictionary<string, byte[]> _byId = [];
    private readonly Dictionary<string, byte[]> _byEmail = [];

    public MapInMemory(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var lines = new LineReader(file, new byte[1 << 20]);
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            byte[] user = line.ToArray();
            _byId.Add(UserLine.Get(line, "id"u8)!, user);
            _byEmail.Add(UserLine.Get(line, "email"u8)!, user);
        }
    }

    public ValueTask<byte[]?> ByIdAsync(string id, CancellationToken cancellation) => new(Find(_byId, id));

    public ValueTask<byte[]?> ByEmailAsync(string email, CancellationToken cancellation) => new(Find(_byEmail, email));

    public void Dispose()
    {
    }

    private static byte[]? Find(Dictionary<string, byte[]> users, string key) =>
        users.GetValueOrDefault(key);
}
