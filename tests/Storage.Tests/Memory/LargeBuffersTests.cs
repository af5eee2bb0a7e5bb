using DocService.Storage.Memory;
using Microsoft.Extensions.Time.Testing;

namespace DocService.Storage.Tests.Memory;

/// <summary>What is kept is bounded, is used again, and is let go once it is quiet.</summary>
public sealed class LargeBuffersTests
{
    private const int MiB = 1 << 20;

    private readonly FakeTimeProvider _clock = new();
    private int _collections;

    [Fact]
    public void Rent_AfterAReturn_GivesTheShortestThatIsLongEnough()
    {
        LargeBuffers buffers = Make(64 * MiB);
        byte[] large = buffers.Rent(10 * MiB);
        byte[] small = buffers.Rent(9 * MiB);
        buffers.Return(large);
        buffers.Return(small);

        Assert.Same(small, buffers.Rent(9 * MiB));
        Assert.Same(large, buffers.Rent(9 * MiB));
        Assert.Equal(0, buffers.KeptBytes);
    }

    [Fact]
    public void Rent_FarLessThanIsKept_MakesAnArrayOfItsOwn()
    {
        LargeBuffers buffers = Make(64 * MiB);
        buffers.Return(buffers.Rent(16 * MiB));

        Assert.Equal(MiB, buffers.Rent(MiB).Length);
        Assert.Equal(16 * MiB, buffers.KeptBytes);
    }

    /// <summary>The shared pool rounds these up to 32 MiB.</summary>
    [Fact]
    public void Rent_ADocumentAndItsHeader_IsNotRoundedUpMuch() =>
        Assert.InRange(Make(0).Rent((16 * MiB) + 200).Length, (16 * MiB) + 200, (16 * MiB) + (128 * 1024));

    [Fact]
    public void Return_BeyondTheLimit_IsNotKept()
    {
        LargeBuffers buffers = Make(20 * MiB);
        byte[][] rented = [.. Enumerable.Range(0, 8).Select(_ => buffers.Rent(6 * MiB))];
        foreach (byte[] buffer in rented)
        {
            buffers.Return(buffer);
            Assert.InRange(buffers.KeptBytes, 1, 20 * MiB);
        }
    }

    [Fact]
    public void Quiet_AfterABurst_LetsEverythingGoAndCollectsOnce()
    {
        LargeBuffers buffers = Make(64 * MiB);
        for (int round = 0; round < 10; round++)
        {
            byte[][] rented = [.. Enumerable.Range(0, 4).Select(_ => buffers.Rent(6 * MiB))];
            Array.ForEach(rented, buffers.Return);
            _clock.Advance(LargeBuffers.QuietTime / 2);
        }

        Assert.Equal((24L * MiB, 0), (buffers.KeptBytes, _collections)); // was never quiet
        _clock.Advance(LargeBuffers.QuietTime);
        Assert.Equal((0L, 0), (buffers.KeptBytes, _collections)); // 24 MiB were made: not worth a collection

        Array.ForEach(Enumerable.Range(0, 4).Select(_ => buffers.Rent(6 * MiB)).ToArray(), buffers.Return);
        _clock.Advance(LargeBuffers.QuietTime);
        _clock.Advance(LargeBuffers.QuietTime * 10);
        Assert.Equal((0L, 1), (buffers.KeptBytes, _collections));
    }

    [Fact]
    public void BodyBuffers_OfEverySize_AreLongEnoughAndComeBack()
    {
        foreach (int bytes in new[] { 0, 1, 16, 16 * 1024, 256 * 1024, (256 * 1024) + 1, MiB, 16 * MiB })
        {
            byte[] buffer = BodyBuffers.Rent(bytes);
            Assert.InRange(buffer.Length, bytes, Math.Max(16, 2 * bytes));
            BodyBuffers.Return(buffer);
        }
    }

    private LargeBuffers Make(long keptBytesMax) => new(keptBytesMax, _clock, () => _collections++);
}
