using DocService.Storage.Io;

namespace DocService.Storage.Tests.Support.Simulation.Volumes;

/// <summary>Resolves absolute paths in a volume, following symbolic links as the kernel does for opens by path.</summary>
internal static class PathWalk
{
    private const int LinksMax = 40;

    /// <summary>Null when a component does not exist.</summary>
    /// <exception cref="FileSystemException">ENOTDIR, or ELOOP.</exception>
    public static Inode? Find(Volume volume, string path, SimulatedCall call)
    {
        int links = 0;
        var waiting = new Stack<string>(path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var passed = new Stack<Inode>([volume.Inodes[Volume.RootNumber]]);
        while (waiting.TryPop(out string? name))
        {
            if (passed.Peek() is not DirectoryInode directory)
            {
                throw call.Fail(Errno.ENOTDIR);
            }

            if (name == "..")
            {
                _ = passed.Count > 1 ? passed.Pop() : null;
            }
            else if (volume.Find(directory.Number, name) is not { } child)
            {
                return null;
            }
            else if (child is SpecialInode { Target: { } target })
            {
                if (++links > LinksMax)
                {
                    throw call.Fail(Errno.ELOOP);
                }

                Follow(target, waiting, passed);
            }
            else
            {
                passed.Push(child);
            }
        }

        return passed.Peek();
    }

    private static void Follow(string target, Stack<string> waiting, Stack<Inode> passed)
    {
        foreach (string component in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
        {
            waiting.Push(component);
        }

        while (target.StartsWith('/') && passed.Count > 1)
        {
            _ = passed.Pop();
        }
    }
}
