using System.Security.Cryptography;

namespace DocService.Storage.Engine.Backups;

/// <summary>Reads another stream, of known length, and hashes what is read.</summary>
internal sealed class HashedStream(FileReadStream source, IncrementalHash hash) : Stream
{
    private readonly long _length = source.Length;

    public override bool CanRead => true;

    /// <summary>An archive asks for the length beforehand only of a stream that can be sought; it never seeks one that is at its beginning.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => source.Position;
        set => _ = value == source.Position ? value : throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = source.Read(buffer);
        hash.AppendData(buffer[..count]);
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        source.Dispose();
        base.Dispose(disposing);
    }
}
