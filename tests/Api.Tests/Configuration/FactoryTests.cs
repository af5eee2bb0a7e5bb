using DocService.Api.Configuration;
using DocService.Api.Tests.Support;
using DocService.Storage.Failures;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DocService.Api.Tests.Configuration;

/// <summary>Inside of a test's WebApplicationFactory: a start that cannot be is told by its own exception.</summary>
public sealed class FactoryTests : IDisposable
{
    private const int Rounds = 5; // the cause used to be hidden by a race

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Start_WrongSetting_ThrowsTheSettingsError()
    {
        for (int round = 0; round < Rounds; round++)
        {
            using WebApplicationFactory<Program> factory = Factory(("DocService:MaxDepth", "0"));

            Assert.Contains("MaxDepth", Assert.Throws<ConfigurationError>(factory.CreateClient).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Start_ImpossibleStore_ThrowsTheStoresError()
    {
        for (int round = 0; round < Rounds; round++)
        {
            using WebApplicationFactory<Program> factory = Factory(("DocService:JournalBytes", "4096"));

            Assert.Contains("JournalBytes", Assert.Throws<StoreConfigurationException>(factory.CreateClient).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("SegmentBytes", "65537")]
    [InlineData("SegmentBytes", "524288")] // smaller than the largest document
    [InlineData("MaxBatchBytes", "33554432", "SegmentBytes")] // a segment does not hold that batch
    [InlineData("JournalBytes", "1000000")]
    [InlineData("ReserveBytes", "100")]
    [InlineData("PendingDocumentsMax", "0")]
    [InlineData("SealAfter", "00:01:00")]
    [InlineData("BusyTimeout", "10")] // days
    public void Start_ImpossibleStore_NamesTheSettingAndMakesNothing(string key, string value, string? named = null)
    {
        using WebApplicationFactory<Program> factory = Factory(("DocService:" + key, value));

        Assert.Contains(named ?? key, Assert.Throws<StoreConfigurationException>(factory.CreateClient).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task Start_SecondStoreOfOneProcess_IsToldSo()
    {
        await using var first = new TestApplication();
        await first.StoreAsync("a", "1");
        using WebApplicationFactory<Program> second = Factory(("DocService:DataDirectory", first.DataDirectory));

        StoreInUseException refusal = Assert.Throws<StoreInUseException>(second.CreateClient);

        Assert.Contains("in this process", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_StoreOfAnotherProcess_IsToldSo()
    {
        using ServerProcess other = await ServerProcess.StartAsync($"--DocService:DataDirectory={_directory.Path}");
        using WebApplicationFactory<Program> second = Factory();

        StoreInUseException refusal = Assert.Throws<StoreInUseException>(second.CreateClient);

        Assert.Contains("Another process", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Two disposed the host, the factory and the program, and the factory's came back before the store was closed: its directory could not be removed.</summary>
    [Fact]
    public async Task Dispose_WhenItReturns_EverythingIsClosed()
    {
        var slow = new SlowlyClosed();
        WebApplicationFactory<Program> factory = Factory().WithWebHostBuilder(builder => builder.ConfigureTestServices(services => services.AddSingleton(_ => slow)));
        factory.Services.GetRequiredService<SlowlyClosed>();

        Task disposed = Task.Run(() => factory.DisposeAsync().AsTask());
        await slow.Begun.Task;
        bool isEarly = disposed.IsCompleted;
        slow.MayEnd.SetResult();
        await disposed;

        Assert.Equal((false, true), (isEarly, slow.HasEnded));
    }

    /// <summary>A factory passes all its settings as arguments; none of them is a user's misspelling.</summary>
    [Fact]
    public async Task Start_SettingsOfOthers_AreLetThrough()
    {
        using WebApplicationFactory<Program> factory = Factory(("Somebody:Elses", "1"), ("urlz", "x"), ("hostingStartupAssemblies", ""));
        using HttpClient client = factory.CreateClient();

        Assert.Contains("\"ready\"", await client.GetStringAsync("/status"), StringComparison.Ordinal);
    }

    private WebApplicationFactory<Program> Factory(params (string Key, string Value)[] settings) => new WebApplicationFactory<Program>().WithWebHostBuilder(builder =>
    {
        builder.UseSetting("DocService:DataDirectory", _directory.Path);
        foreach ((string key, string value) in ApplicationSettings.SmallJournal)
        {
            builder.UseSetting("DocService:" + key, value);
        }

        foreach ((string key, string value) in settings)
        {
            builder.UseSetting(key, value);
        }
    });

    private sealed class SlowlyClosed : IAsyncDisposable
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasEnded { get; private set; }

        public async ValueTask DisposeAsync()
        {
            Begun.SetResult();
            await MayEnd.Task;
            HasEnded = true;
        }
    }
}
