using System.Diagnostics;
using System.Text;
using DocService.Storage.Documents;
using DocService.Storage.Io;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests;

/// <summary>A file that is not what it should be concerns its own document alone, is never served, and is kept as evidence.</summary>
public sealed class DamagedDocumentTests : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private DocumentStore _store = null!;
    private WriteResult _first = null!;

    private string File1 => PathOf("d");

    private string Quarantine => Path.Combine(_directory.Path, "quarantine");

    public async Task InitializeAsync()
    {
        _store = TestDocuments.Open(_directory.Path);
        _first = await _store.PutAsync("d", "{\"a\":1}");
        await _store.PutAsync("other", "2");
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Read_AnyByteChanged_IsNeverServed()
    {
        byte[] good = await File.ReadAllBytesAsync(File1);
        int headerBytes = Array.IndexOf(good, (byte)'\n') + 1;
        for (int at = 0; at < good.Length; at++)
        {
            byte[] bad = [.. good];
            bad[at] ^= 0x10;
            await File.WriteAllBytesAsync(File1, bad);

            await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadAsync("d"));
            if (at < headerBytes)
            {
                await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadInfoAsync("d"));
            }
        }

        Assert.Equal("2", await _store.ReadAsync("other"));
        await File.WriteAllBytesAsync(File1, good);
        Assert.Equal("{\"a\":1}", await _store.ReadAsync("d"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(-1000)]
    public async Task Read_FileOfAnotherLength_IsNeverServed(int difference)
    {
        using (FileStream file = File.OpenWrite(File1))
        {
            file.SetLength(Math.Max(0, file.Length + difference));
        }

        DocumentCorruptException error = await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadAsync("d"));
        await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadInfoAsync("d"));
        Assert.Equal(File1, error.File);
    }

    [Fact]
    public async Task Read_ValidFileOfAnotherDocument_IsNeverServed()
    {
        File.Copy(PathOf("other"), File1, overwrite: true);
        DocumentCorruptException error = await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadAsync("d"));
        Assert.Contains("another document", error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("directory")]
    [InlineData("symlink")]
    [InlineData("dangling")]
    [InlineData("fifo")]
    [InlineData("socket")]
    public async Task ForeignEntry_UnderADocumentsName_IsNotFollowedAndReplaced(string kind)
    {
        string other = PathOf("other");
        byte[] otherBytes = await File.ReadAllBytesAsync(other);
        File.Delete(File1);
        using System.Net.Sockets.Socket? socket = PlaceForeign(kind, other);

        await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadAsync("d"));
        await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadInfoAsync("d"));
        Assert.Equal(WriteStatus.Replaced, (await _store.PutAsync("d", "3")).Status);

        Assert.Equal("3", await _store.ReadAsync("d"));
        Assert.Equal(otherBytes, await File.ReadAllBytesAsync(other));
        Assert.Single(Directory.EnumerateFileSystemEntries(Quarantine));
    }

    [Fact]
    public async Task Put_OverADamagedDocument_KeepsTheEvidence()
    {
        await File.WriteAllTextAsync(File1, "garbage");

        WriteResult result = await _store.PutAsync("d", "3");

        Assert.Equal(WriteStatus.Replaced, result.Status);
        Assert.Equal("3", await _store.ReadAsync("d"));
        Assert.Equal("garbage", await File.ReadAllTextAsync(Path.Combine(Quarantine, $"{result.Sequence}.d.json")));
    }

    [Fact]
    public async Task Delete_OfADamagedDocument_KeepsTheEvidence()
    {
        await File.WriteAllTextAsync(File1, "garbage");

        WriteResult result = await _store.DeleteAsync("d");

        Assert.Equal(WriteStatus.Deleted, result.Status);
        Assert.Null(await _store.ReadAsync("d"));
        Assert.Equal("garbage", await File.ReadAllTextAsync(Path.Combine(Quarantine, $"{result.Sequence}.d.json")));
    }

    [Fact]
    public async Task Write_WithAConditionThatNeedsTheDamagedVersion_AnswersTheDamage()
    {
        await File.WriteAllTextAsync(File1, "garbage");
        var byVersion = new Conditions { IfMatch = VersionMatch.Of(_first.Sequence) };

        await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.PutAsync("d", "3", byVersion));
        await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.DeleteAsync("d", byVersion));
        WriteResult createOnly = await _store.PutAsync("d", "3", new Conditions { IfNoneMatch = VersionMatch.Any });
        Assert.Equal(WriteStatus.ConditionFailed, createOnly.Status);
        WriteResult replaceOnly = await _store.PutAsync("d", "3", new Conditions { IfMatch = VersionMatch.Any });
        Assert.Equal(WriteStatus.Replaced, replaceOnly.Status);
    }

    [Fact]
    public async Task Open_WithDamagedDocuments_StartsAndServesTheRest()
    {
        await File.WriteAllTextAsync(File1, "garbage");
        await _store.DisposeAsync();
        _store = TestDocuments.Open(_directory.Path);

        Assert.Equal("2", await _store.ReadAsync("other"));
        await Assert.ThrowsAsync<DocumentCorruptException>(() => _store.ReadAsync("d"));
    }

    private string PathOf(string id)
    {
        DocumentPath path = DocumentPath.Of(DocumentKey.Create(id));
        return Path.Combine(_directory.Path, "docs", DocumentPath.ShardName(path.Shard), path.Name);
    }

    private System.Net.Sockets.Socket? PlaceForeign(string kind, string target)
    {
        switch (kind)
        {
            case "directory":
                Directory.CreateDirectory(Path.Combine(File1, "inside"));
                return null;
            case "symlink":
                File.CreateSymbolicLink(File1, target);
                return null;
            case "dangling":
                File.CreateSymbolicLink(File1, "/nowhere/at/all");
                return null;
            case "fifo":
                using (Process process = Process.Start("mkfifo", File1))
                {
                    Assert.True(process.WaitForExit(TimeSpan.FromMinutes(2)));
                    Assert.Equal(0, process.ExitCode);
                }

                return null;
            default:
                var socket = new System.Net.Sockets.Socket(
                    System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(File1));
                return socket;
        }
    }

    /// <summary>The directory could not be read, and "create only if there is none" was refused as if there were one.</summary>
    [Fact]
    public async Task Put_OnlyIfAbsentWhereExistenceCannotBeRead_AnswersTheDamage()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk);
        _ = disk.FailCall(1, Errno.EIO, forever: true, where: call => call.Kind == CallKind.Open && JournalTest.IsInDocuments(call));

        await Assert.ThrowsAsync<DocumentCorruptException>(() => store.PutAsync("a", "1", new Conditions { IfNoneMatch = VersionMatch.Any }, DurabilityLevel.Durable));
        Assert.Equal(WriteStatus.Replaced, (await store.PutAsync("a", "1", default, DurabilityLevel.Durable)).Status);
    }
}
