using System.Buffers;
using System.Text;

namespace DocService.Approaches;

/// <summary>Reads the file from its beginning until the user is found: no start, no memory, and every lookup reads half of the file.</summary>
internal sealed class LineScan(string path) : IUserLookup
{
    private const int BlockBytes = 256 * 1024;

    public ValueTask<byte[]?> ByIdAsync(string id, CancellationToken cancellation) => new(Find("id"u8, id, cancellation));

    public ValueTask<byte[]?> ByEmailAsync(string email, CancellationToken cancellation) => new(Find("email"u8, email, cancellation));

    public void Dispose()
    {
    }

    private byte[]? Find(ReadOnlySpan<byte> member, string value, CancellationToken cancellation)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(value);
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var lines = new LineReader(file, block);
            while (lines.TryRead(out ReadOnlySpan<byte> line))
            {
                if (UserLine.Has(line, member, wanted))
                {
                    return line.ToArray();
                }

                cancellation.ThrowIfCancellationRequested();
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
