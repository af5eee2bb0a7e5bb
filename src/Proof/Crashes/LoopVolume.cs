using System.Diagnostics;

namespace DocService.Proof.Crashes;

/// <summary>A filesystem of its own in an image file, mounted by a loop device, whose power can be cut.</summary>
/// <remarks>Owns: the image and the mount; both are gone when disposed. Needs root.</remarks>
internal sealed class LoopVolume : IAsyncDisposable
{
    /// <summary>The least that mkfs.xfs takes is 300 MiB; the file is sparse.</summary>
    private const long ImageBytes = 400L << 20;

    private const int UnmountTries = 50;

    private readonly string _image;
    private readonly TimeProvider _clock;
    private bool _isMounted;

    private LoopVolume(string image, string mountPoint, TimeProvider clock)
    {
        _image = image;
        MountPoint = mountPoint;
        _clock = clock;
    }

    public string MountPoint { get; }

    /// <summary>Why there can be none here; null where there can.</summary>
    public static string? Obstacle(string type)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "loop mounts need root";
        }

        string tool = $"mkfs.{type}";
        string[] places = [.. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':'), "/usr/sbin", "/sbin"];
        return places.Any(place => File.Exists(Path.Combine(place, tool))) ? null : $"{tool} is not installed";
    }

    /// <exception cref="IOException">A tool failed; its words are in the message.</exception>
    public static async Task<LoopVolume> CreateAsync(string type, string directory, TimeProvider clock)
    {
        string image = Path.Combine(directory, $"{type}.image");
        var volume = new LoopVolume(image, Path.Combine(directory, type), clock);
        Directory.CreateDirectory(volume.MountPoint);
        await using (FileStream file = File.Create(image))
        {
            file.SetLength(ImageBytes);
        }

        await RunAsync($"mkfs.{type}", type == "ext4" ? ["-q", "-F", image] : ["-q", "-f", image]);
        await volume.MountAsync();
        return volume;
    }

    /// <summary>From here on nothing reaches the device.</summary>
    public void Cut() => SystemCalls.ShutDown(MountPoint);

    /// <summary>As a machine that comes up again: what is in memory is gone, the filesystem replays its own journal.</summary>
    public async Task RestartAsync()
    {
        await UnmountAsync();
        await MountAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isMounted)
        {
            await UnmountAsync();
        }

        File.Delete(_image);
    }

    private async Task MountAsync()
    {
        await RunAsync("mount", ["-o", "loop", _image, MountPoint]);
        _isMounted = true;
    }

    private async Task UnmountAsync()
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await RunAsync("umount", [MountPoint]);
                _isMounted = false;
                return;
            }
            catch (IOException) when (attempt < UnmountTries)
            {
                // The killed server's last file is still being closed.
                await Task.Delay(TimeSpan.FromMilliseconds(20), _clock); // nothing tells when; tries are bounded
            }
        }
    }

    private static async Task RunAsync(string tool, string[] arguments)
    {
        var start = new ProcessStartInfo(tool) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start) ?? throw new IOException($"{tool} does not start");
        Task<string> words = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync();
        await words;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new IOException($"{tool} {string.Join(' ', arguments)}: {errors.ReplaceLineEndings(" ").Trim()}");
        }
    }
}
