using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;

namespace DocService.Storage.Tests.Engine.Opening;

public sealed class VolumePromiseTests
{
    [Theory]
    [InlineData("ext4", "rw,relatime,rw", DurabilityLevel.Filed, false)]
    [InlineData("xfs", "rw", DurabilityLevel.Filed, false)]
    [InlineData("tmpfs", "rw", DurabilityLevel.Volatile, true)]
    [InlineData("ramfs", "rw", DurabilityLevel.Volatile, true)]
    [InlineData("overlay", "rw,lowerdir=/a,volatile", DurabilityLevel.Volatile, true)]
    [InlineData("overlay", "rw,lowerdir=/volatile", DurabilityLevel.Filed, false)]
    [InlineData("ext4", "rw,nobarrier", DurabilityLevel.Volatile, true)]
    [InlineData("ext4", "rw,barrier=0", DurabilityLevel.Volatile, true)]
    [InlineData("nfs4", "rw", DurabilityLevel.Filed, true)]
    [InlineData("0x9123683e", "", DurabilityLevel.Filed, false)]
    public void Judge_Volume_KnowsWhatItKeeps(string type, string options, DurabilityLevel best, bool hasRemark)
    {
        var volume = new VolumeInfo { Type = type, MountOptions = options, FreeBytes = 0, TotalBytes = 0, FreeInodes = 0, BlockBytes = 4096 };

        (DurabilityLevel actual, string? remark) = VolumePromise.Judge(volume);

        Assert.Equal(best, actual);
        Assert.Equal(hasRemark, remark is not null);
    }
}
