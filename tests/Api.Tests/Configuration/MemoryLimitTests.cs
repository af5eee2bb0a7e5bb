using DocService.Api.Configuration;
using DocService.Index;

namespace DocService.Api.Tests.Configuration;

/// <summary>The index takes its memory beside the collected heap, so a limited process gives the heap that much less.</summary>
public sealed class MemoryLimitTests
{
    [Fact]
    public void HeapBytesOf_LeavesRoomForTheCacheAndTheLargestDocument()
    {
        var options = new DocServiceOptions { IndexCacheBytes = 48L << 20, MaxDocumentBytes = 16 << 20 };

        Assert.Equal(320L << 20, MemoryLimit.HeapBytesOf(384L << 20, options));
    }

    [Fact]
    public void HeapBytesOf_LittleMemory_IsAtLeastHalfOfTheLimit()
    {
        var options = new DocServiceOptions { IndexCacheBytes = IndexOptions.CacheBytesMin, MaxDocumentBytes = 64 << 20 };

        Assert.Equal(48L << 20, MemoryLimit.HeapBytesOf(96L << 20, options));
    }
}
