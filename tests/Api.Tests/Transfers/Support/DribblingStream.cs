namespace DocService.Api.Tests.Transfers.Support;

/// <summary>Gives its bytes in pieces of random lengths.</summary>
internal sealed class DribblingStream(byte[] content, int longest, Random random) : MemoryStream(content)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, longest == int.MaxValue ? longest : random.Next(1, longest + 1))], cancellationToken);
}
