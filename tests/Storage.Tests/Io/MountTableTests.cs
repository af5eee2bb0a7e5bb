using DocService.Storage.Io;
using DocService.Storage.Io.Posix;
using DocService.Storage.Io.Volumes;

namespace DocService.Storage.Tests.Io;

public sealed class MountTableTests
{
    private static readonly string[] Lines =
    [
        "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,errors=remount-ro",
        "30 22 0:25 / /data rw,nosuid - tmpfs tmpfs rw,size=64k",
        "31 30 7:0 / /data/with\\040space rw - xfs /dev/loop0 rw,nobarrier",
        "32 22 254:0 /sub /bind rw,noatime master:1 shared:2 - ext4 /dev/vda rw",
    ];

    [Theory]
    [InlineData("254:0", "/srv", "ext4", "rw,relatime,rw,errors=remount-ro")]
    [InlineData("0:25", "/data/x", "tmpfs", "rw,nosuid,rw,size=64k")]
    [InlineData("7:0", "/data/with space/x", "xfs", "rw,rw,nobarrier")]
    [InlineData("254:0", "/database", "ext4", "rw,relatime,rw,errors=remount-ro")]
    [InlineData("254:0", "/bind/y", "ext4", "rw,noatime,rw")]
    [InlineData("0:99", "/data/x", "tmpfs", "rw,nosuid,rw,size=64k")]
    public void Find_Path_GivesTheInnermostMountOfItsDevice(string device, string path, string type, string options) =>
        Assert.Equal(new Mount(type, options), Assert.Single(MountTable.Find(Lines, device, path, _ => null)));

    /// <summary>In a container the upper layer's path is the host's; what has that path inside is something else.</summary>
    [Fact]
    public void Find_OverlayWhoseUpperLayerIsOnItself_IsNotFollowed()
    {
        string[] container = ["67 42 0:44 / / rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/var/lib/layers/upper,workdir=/w"];

        Assert.Single(MountTable.Find(container, "0:44", "/srv/data", _ => "0:44"));
    }
}
