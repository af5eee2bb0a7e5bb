using DocService.Storage.Engine.Opening;
using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Tests.Engine.Opening;

/// <summary>
/// Lines as Linux 6.18 writes them, recorded from mounts made for it (mount points shortened), and what they promise.
/// Options of older kernels, and of filesystems that were not at hand, are added by hand.
/// </summary>
public sealed class VolumePromiseTests
{
    /// <summary>What lies below the overlays.</summary>
    private static readonly string[] Below =
    [
        "26 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
        "62 26 0:38 / /m/tmp rw,relatime - tmpfs tmpfs rw,size=1024k",
        "63 26 7:0 / /m/ext4 rw,relatime - ext4 /dev/loop0 rw",
        "64 26 7:1 / /m/fast rw,relatime - ext4 /dev/loop1 rw,nobarrier",
        "65 26 0:31 / /m/btrfs rw,relatime - btrfs /dev/loop2 rw,space_cache=v2,subvolid=5,subvol=/",
    ];

    [Theory]
    [InlineData("62 42 7:9 / /m/x rw,relatime - ext4 /dev/loop0 rw", DurabilityLevel.Filed, null)]
    [InlineData("62 42 7:9 / /m/x rw,noatime - ext4 /dev/loop0 rw,data=writeback", DurabilityLevel.Filed, null)]
    [InlineData("62 42 7:9 / /m/x rw,relatime - ext4 /dev/loop0 rw,nodioread_nolock,nodelalloc,data=journal", DurabilityLevel.Filed, null)]
    [InlineData("62 42 7:9 / /m/x rw,relatime - ext4 /dev/loop0 rw,nobarrier", DurabilityLevel.Volatile, "without barriers")] // also for barrier=0
    [InlineData("62 42 7:9 / /m/x rw,relatime - xfs /dev/loop0 rw,inode64,logbufs=8,logbsize=32k,noquota", DurabilityLevel.Filed, null)]
    [InlineData("62 42 7:9 / /m/x rw,relatime - xfs /dev/loop0 rw,wsync,inode64,logbufs=8,logbsize=32k,noquota", DurabilityLevel.Filed, null)]
    [InlineData("62 42 7:9 / /m/x rw,relatime - tmpfs tmpfs rw,size=1024k", DurabilityLevel.Volatile, "in memory")]
    [InlineData("63 42 7:9 / /m/x rw,relatime - ramfs ramfs rw", DurabilityLevel.Volatile, "in memory")]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/lower,upperdir=/m/ext4/upper,workdir=/m/ext4/work,uuid=on", DurabilityLevel.Filed, null)]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/lower,upperdir=/m/ext4/upper,workdir=/m/ext4/work,fsync=volatile", DurabilityLevel.Volatile, "mounted volatile")]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=ext4/lower,upperdir=ext4/upper,workdir=ext4/work,fsync=volatile", DurabilityLevel.Volatile, "mounted volatile")]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/lower,upperdir=/m/ext4/upper,workdir=/m/ext4/work,fsync=strict", DurabilityLevel.Filed, null)]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/lower,upperdir=/m/ext4/upper,workdir=/m/ext4/work,redirect_dir=on,metacopy=on", DurabilityLevel.Filed, null)]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/lower,upperdir=/m/tmp/upper,workdir=/m/tmp/work,uuid=on", DurabilityLevel.Volatile, "upper layer of the overlay loses data: tmpfs")]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/tmp/lower,upperdir=/m/ext4/up\\134\\054per,workdir=/m/ext4/work,uuid=on", DurabilityLevel.Filed, null)]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/lower,upperdir=/m/ext4/up\\040per,workdir=/m/ext4/work,uuid=on", DurabilityLevel.Filed, null)]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/fast/lower,upperdir=/m/fast/upper,workdir=/m/fast/work", DurabilityLevel.Volatile, "without barriers")]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=ext4/lower,upperdir=ext4/upper,workdir=ext4/work,uuid=on", DurabilityLevel.Filed, "cannot be seen")]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay ro,lowerdir=/m/ext4/lower:/m/ext4/upper,redirect_dir=on", DurabilityLevel.Filed, "cannot be seen")]
    [InlineData("65 42 7:9 /lower /m/x ro,nosuid,relatime - ext4 /dev/loop0 rw", DurabilityLevel.Filed, null)] // a bind mount
    public void Judge_LineOfThisKernel_KnowsWhatItKeeps(string line, DurabilityLevel best, string? remark) => AssertPromise(line, best, remark);

    [Theory]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/l,upperdir=/m/ext4/upper,workdir=/m/ext4/w,volatile", DurabilityLevel.Volatile, "mounted volatile")]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/volatile,upperdir=/m/ext4/upper,workdir=/m/ext4/nobarrier", DurabilityLevel.Filed, null)]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/not/in/this/container,workdir=/w", DurabilityLevel.Filed, "cannot be seen")]
    [InlineData("67 42 7:9 / /m/x rw,relatime - overlay overlay rw,lowerdir=/m/ext4/l,upperdir=/m/btrfs/upper,workdir=/m/btrfs/w", DurabilityLevel.Filed, "btrfs writes copies")]
    [InlineData("62 42 7:9 / /m/x rw,relatime - ext3 /dev/sda1 rw,barrier=0", DurabilityLevel.Volatile, "without barriers")]
    [InlineData("62 42 7:9 / /m/x rw,relatime - xfs /dev/sda1 rw,nobarrier,noquota", DurabilityLevel.Volatile, "without barriers")]
    [InlineData("62 42 7:9 / /m/x rw,relatime - reiserfs /dev/sda1 rw,barrier=none", DurabilityLevel.Volatile, "without barriers")]
    [InlineData("62 42 0:44 / /m/x rw,relatime - btrfs /dev/sda1 rw,nobarrier,subvol=/", DurabilityLevel.Volatile, "without barriers")]
    [InlineData("62 42 0:44 / /m/x rw,relatime - btrfs /dev/sda1 rw,compress=zstd:3,subvol=/", DurabilityLevel.Filed, "btrfs writes copies")]
    [InlineData("62 42 0:44 / /m/x rw,relatime - zfs tank/data rw,xattr,noacl", DurabilityLevel.Filed, "zfs writes copies")]
    [InlineData("62 42 0:44 / /m/x rw,relatime - bcachefs /dev/sda1 rw", DurabilityLevel.Filed, "bcachefs writes copies")]
    [InlineData("62 42 0:44 / /m/x rw,relatime - nfs4 host:/export rw,vers=4.2,hard", DurabilityLevel.Filed, "network filesystem")]
    public void Judge_LineOfAnotherKernel_KnowsWhatItKeeps(string line, DurabilityLevel best, string? remark) => AssertPromise(line, best, remark);

    [Fact]
    public void Judge_MountNotListed_PromisesNothingLess() =>
        Assert.Equal((DurabilityLevel.Filed, null), VolumePromise.Judge(Volume([])));

    private static void AssertPromise(string line, DurabilityLevel best, string? remark)
    {
        IReadOnlyList<Mount> mounts = MountTable.Find([.. Below, line], "7:9", "/m/x/data", DeviceOf);

        (DurabilityLevel actual, string? actualRemark) = VolumePromise.Judge(Volume(mounts));

        Assert.Equal(best, actual);
        Assert.Equal(remark is null, actualRemark is null);
        Assert.Contains(remark ?? string.Empty, actualRemark ?? string.Empty, StringComparison.Ordinal);
    }

    private static VolumeInfo Volume(IReadOnlyList<Mount> mounts) =>
        new() { Type = "0x1", Mounts = mounts, Free = default, TotalBytes = 0, BlockBytes = 4096 };

    /// <summary>As statx tells it; nothing else is there.</summary>
    private static string? DeviceOf(string path) => path switch
    {
        "/m/tmp/upper" => "0:38",
        "/m/ext4/upper" or "/m/ext4/up,per" or "/m/ext4/up per" => "7:0",
        "/m/fast/upper" => "7:1",
        "/m/btrfs/upper" => "0:45", // of a subvolume: not that of the mount
        _ => null,
    };
}
