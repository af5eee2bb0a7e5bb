using System.Text.Json;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>The texts of <c>raw</c> bodies, which stand in their lines with escapes. The lines' charge counts them: a body is there three times while it is committed.</summary>
/// <remarks>Owns: rented buffers, given back by <see cref="Clear"/>. Thread: one at a time.</remarks>
internal sealed class ImportScratch : IDisposable
{
    private readonly List<byte[]> _buffers = [];

    /// <summary>The reader stands at a string. Valid until the next <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Unescape(ref Utf8JsonReader reader)
    {
        byte[] buffer = BodyBuffers.Rent(Math.Max(1, reader.ValueSpan.Length));
        _buffers.Add(buffer);
        return buffer.AsMemory(0, reader.CopyString(buffer));
    }

    public void Clear()
    {
        foreach (byte[] buffer in _buffers)
        {
            BodyBuffers.Return(buffer);
        }

        _buffers.Clear();
    }

    public void Dispose() => Clear();
}
