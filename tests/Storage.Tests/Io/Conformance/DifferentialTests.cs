using DocService.Storage.Io;
using DocService.Storage.Tests.Io.Conformance.Real;

namespace DocService.Storage.Tests.Io.Conformance;

/// <summary>The same seeded calls on Linux and on the simulated disk must give the same answers, one by one.</summary>
public sealed class DifferentialTests
{
    private const int Calls = 3000;
    private static readonly string[] Names = ["a", "b", "c", "d", "sub", "other", "link"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Calls_Random_AnswerAlike(int seed)
    {
        using var posix = new PosixVolume();
        using var simulated = new SimulatedVolume();

        string[] expected = Run(posix, seed);
        string[] actual = Run(simulated, seed);

        for (int index = 0; index < Calls; index++)
        {
            Assert.Equal($"seed {seed}, call {index}: {expected[index]}", $"seed {seed}, call {index}: {actual[index]}");
        }
    }

    private static string[] Run(IConformanceVolume volume, int seed)
    {
        using IDirectory root = volume.FileSystem.TryOpenDirectory(volume.RootPath)!;
        volume.CreateSymbolicLink(volume.RootPath + "/link", "a");
        Assert.True(root.TryCreateDirectory("sub"));
        Assert.True(root.TryCreateDirectory("other"));
        using IDirectory sub = root.TryOpenDirectory("sub")!;
        using IDirectory other = root.TryOpenDirectory("other")!;
        IDirectory[] directories = [root, sub, other];
        var random = new Random(seed);
        var answers = new string[Calls];
        for (int index = 0; index < Calls; index++)
        {
            answers[index] = Answer(random, directories);
        }

        return answers;
    }

    private static string Answer(Random random, IDirectory[] directories)
    {
        var (number, target) = (random.Next(directories.Length), random.Next(directories.Length));
        var (name, newName) = (Names[random.Next(Names.Length)], Names[random.Next(Names.Length)]);
        var (choice, offset, length) = (random.Next(10), random.Next(20_000), random.Next(6000));
        IDirectory directory = directories[number];
        string answer;
        try
        {
            answer = choice switch
            {
                0 or 1 => Write(directory.Create(name), offset / 4, length, (byte)(offset % 256)),
                2 => Write(directory.TryOpen(name, FileAccess.ReadWrite), offset, length, (byte)(offset % 256)),
                3 => Read(directory.TryOpen(name, FileAccess.Read), offset, length),
                4 => Rename(directory, name, directories[target], newName),
                5 => Link(directory, name, directories[target], newName),
                6 => $"{directory.TryUnlink(name)}",
                7 => $"{directory.GetKind(name)}",
                8 => $"{directory.TryCreateDirectory(name)}",
                _ => Lock(directory, name),
            };
        }
        catch (FileSystemException exception)
        {
            answer = $"{exception.Call} {exception.Error}";
        }

        return $"{choice} {number}/{name} {target}/{newName} {offset} {length}: {answer}";
    }

    private static string Write(IFile? opened, int offset, int length, byte with)
    {
        using IFile? file = opened;
        if (file is null)
        {
            return "absent";
        }

        byte[] bytes = new byte[length];
        bytes.AsSpan().Fill(with);
        file.Write(bytes, offset);
        return $"{file.GetLength()}";
    }

    private static string Read(IFile? opened, int offset, int length)
    {
        using IFile? file = opened;
        if (file is null)
        {
            return "absent";
        }

        var buffer = new byte[length];
        int count = file.Read(buffer, offset);
        return $"{file.GetLength()} {count} {Convert.ToHexString(buffer.AsSpan(0, Math.Min(count, 8)))} {buffer.Sum(value => value)}";
    }

    private static string Rename(IDirectory directory, string name, IDirectory target, string newName)
    {
        directory.Rename(name, target, newName);
        return "renamed";
    }

    private static string Link(IDirectory directory, string name, IDirectory target, string newName)
    {
        directory.Link(name, target, newName);
        return "linked";
    }

    private static string Lock(IDirectory directory, string name)
    {
        using IDisposable? first = directory.TryLock(name);
        using IDisposable? second = directory.TryLock(name);
        return $"{first is not null} {second is not null}";
    }
}
