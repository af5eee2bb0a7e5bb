using DocService.Storage.Engine.Versions;
using DocService.Storage.Tests.Journal;
using DocService.Storage.Tests.Support;
using DocService.Storage.Tests.Support.Simulation;

namespace DocService.Storage.Tests.Engine.Versions;

/// <summary>A version's fields without references, and what becomes of versions whose media type has no number.</summary>
public sealed class MediaTypesTests
{
    /// <summary>Numbers for other types than the two that have theirs from the start.</summary>
    private const int Free = MediaTypes.Max - 2;

    private static readonly DocumentInfo Info = new()
    {
        Version = 7,
        ContentType = "application/json; charset=utf-8",
        Created = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(6),
        Modified = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(7),
        Length = 16 * 1024 * 1024,
        Sha256 = Sha256Digest.Of("body"u8),
    };

    private readonly MediaTypes _media = new();

    [Fact]
    public void Unpack_OfWhatWasPacked_IsTheSame()
    {
        PackedInfo packed = _media.Pack(Info);

        Assert.True(packed.IsKnown);
        Assert.Equal(Info, _media.Unpack(packed, Info.Version));
        Assert.Equal(packed, _media.Pack(Info));
    }

    [Fact]
    public void Unpack_OfADocumentWithAnEnd_HasTheEnd()
    {
        DocumentInfo info = Info with { Expires = Info.Modified.AddTicks(3) };

        Assert.Equal(info, _media.Unpack(_media.Pack(info), info.Version));
        Assert.NotEqual(_media.Pack(Info), _media.Pack(info));
    }

    [Fact]
    public void Pack_MoreTypesThanNumbers_KnowsTheFirstOnes()
    {
        PackedInfo[] packed = [.. Enumerable.Range(0, MediaTypes.Max + 10).Select(n => _media.Pack(Info with { ContentType = $"application/x{n}+json" }))];

        Assert.Equal(Free, packed.Count(info => info.IsKnown));
        Assert.Equal($"application/x{Free - 1}+json", _media.Unpack(packed[Free - 1], 1).ContentType);
        Assert.False(packed[^1].IsKnown);
        Assert.True(_media.Pack(Info with { ContentType = "application/x0+json" }).IsKnown);
        Assert.Equal("application/json", _media.Unpack(_media.Pack(Info with { ContentType = "application/json" }), 1).ContentType);
    }

    [Fact]
    public async Task Pack_OnManyThreads_GivesEachTypeOneNumber()
    {
        const int Threads = 2;
        DocumentInfo[] infos = [.. Enumerable.Range(0, Free).Select(n => Info with { ContentType = $"application/x{n}+json" })];
        using var start = new Barrier(Threads);
        Task<ushort[]>[] all = [.. Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(() => Array.ConvertAll(infos, info =>
        {
            start.SignalAndWait();
            return _media.Pack(info).MediaType;
        }), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        ushort[][] numbers = await Task.WhenAll(all);

        Assert.Equal(Free, numbers[0].Distinct().Count(number => number != 0));
        Assert.Equal(numbers[0], numbers[1]);
    }

    [Fact]
    public async Task Put_MediaTypeWithoutANumber_IsReadWhereItStands()
    {
        var disk = new SimulatedFileSystem();
        await using DocumentStore store = JournalTest.Open(disk, JournalTest.Options with { JournalBytes = 64 * JournalTest.SegmentBytes });
        for (int n = 0; n <= Free; n++)
        {
            await PutAsync(store, $"{n}", $"application/x{n}+json");
        }

        string last = $"{Free + 1}";
        using CallGate gate = disk.BlockCall(call => call.Kind == CallKind.Rename && JournalTest.IsInDocuments(call) && call.TargetPath!.EndsWith($"/{last}.json", StringComparison.Ordinal));
        await PutAsync(store, last, $"application/x{last}+json");
        await gate.Reached.SoonAsync();
        WriteResult pending = await PutAsync(store, last, $"application/x{last}+json");
        Assert.Equal(WriteStatus.Replaced, pending.Status);
        Assert.Equal($"application/x{last}+json", (await store.ReadInfoAsync(last))!.ContentType);
        Assert.True(store.Status.FiledThrough < pending.Sequence);

        gate.Release();
        await store.PutAsync("another", "1", DurabilityLevel.Filed).SoonAsync(); // and what came before it
        WriteResult filed = await PutAsync(store, last, $"application/x{last}+json");
        Assert.Equal((WriteStatus.Replaced, pending.Document!.Created), (filed.Status, filed.Document!.Created));
    }

    private static Task<WriteResult> PutAsync(DocumentStore store, string id, string type) =>
        store.PutAsync(DocumentKey.Create(id), TestDocuments.Content("1") with { ContentType = type }, Conditions.None, DurabilityLevel.Durable, CancellationToken.None).AsTask().SoonAsync();
}
