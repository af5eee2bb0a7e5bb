using DocService.Api.Configuration;
using DocService.Index;
using DocService.Storage;
using Microsoft.Extensions.Configuration;

namespace DocService.Api.Tests.Configuration;

/// <summary>The section is read strictly: what cannot be meant stops the start with one line.</summary>
public sealed class OptionsLoadingTests
{
    [Fact]
    public void Load_EmptySection_IsTheDefaults()
    {
        DocServiceOptions options = Load();

        Assert.Equal("./data", options.DataDirectory);
        Assert.Equal(DurabilityLevel.Durable, options.Level);
        Assert.Equal(16L << 20, options.MaxDocumentBytes);
        Assert.Equal(128, options.MaxDepth);
        Assert.Null(options.InFlightBytes); // by the memory that there is
        Assert.Equal(TimeSpan.FromSeconds(10), options.BusyTimeout);
    }

    [Fact]
    public void Load_EveryKey_IsTaken()
    {
        DocServiceOptions options = Load(
            ("DataDirectory", "/somewhere"), ("Durability", "durable"), ("MaxDocumentBytes", "1000"), ("maxdepth", "7"),
            ("InFlightBytes", "4000"), ("BusyTimeout", "00:00:01.5"));

        Assert.Equal("/somewhere", options.DataDirectory);
        Assert.Equal(DurabilityLevel.Durable, options.Level);
        Assert.Equal(1000, options.MaxDocumentBytes);
        Assert.Equal(7, options.MaxDepth);
        Assert.Equal(4000, options.InFlightBytesMax);
        StoreOptions store = options.ToStoreOptions();
        Assert.Equal("/somewhere", store.DataDirectory);
        Assert.Equal(TimeSpan.FromSeconds(1.5), store.BusyTimeout);
    }

    [Fact]
    public void Load_EmptySection_HasTheJournalsDefaults()
    {
        DocServiceOptions options = Load();

        Assert.Equal(1000, options.MaxBatchOperations);
        Assert.Equal(32L << 20, options.BatchBytesMax);
        StoreOptions store = options.ToStoreOptions();
        Assert.Equal(64L << 20, store.SegmentBytes);
        Assert.Equal(1L << 30, store.JournalBytes);
        Assert.Null(store.ReserveBytes); // two segments, whatever their length
        Assert.Equal(1_000_000, store.PendingDocumentsMax);
        Assert.Equal(TimeSpan.FromMilliseconds(50), store.SealAfter);
        Assert.Equal(TimeSpan.FromHours(24), store.IdempotencyRetention);
        Assert.Equal(TimeSpan.FromDays(7), store.ScrubInterval);
        Assert.Equal(8 << 20, store.ScrubBytesPerSecond);
        Assert.Equal(1000, store.ScrubReadsPerSecond);
        Assert.Equal(32L << 20, store.CommitBytesMax);
    }

    [Fact]
    public void Load_EveryKeyOfTheJournal_IsTaken()
    {
        StoreOptions store = Load(
            ("MaxDocumentBytes", "1000"), ("MaxBatchBytes", "2000"), ("SegmentBytes", "65536"), ("JournalBytes", "524288"),
            ("ReserveBytes", "131072"), ("PendingDocumentsMax", "7"), ("SealAfter", "00:00:00.2"), ("IdempotencyRetention", "02:00:00"), ("ScrubInterval", "00:00:00"), ("ScrubBytesPerSecond", "65536"), ("ScrubReadsPerSecond", "10")).ToStoreOptions();

        Assert.Equal(65536, store.SegmentBytes);
        Assert.Equal(524288, store.JournalBytes);
        Assert.Equal(131072, store.ReserveBytes);
        Assert.Equal(7, store.PendingDocumentsMax);
        Assert.Equal(TimeSpan.FromMilliseconds(200), store.SealAfter);
        Assert.Equal(TimeSpan.FromHours(2), store.IdempotencyRetention);
        Assert.Equal(TimeSpan.Zero, store.ScrubInterval);
        Assert.Equal(65536, store.ScrubBytesPerSecond);
        Assert.Equal(10, store.ScrubReadsPerSecond);
        Assert.Equal(2000, store.CommitBytesMax);
        Assert.Equal(9, Load(("MaxBatchOperations", "9")).MaxBatchOperations);
        Assert.Equal(DurabilityLevel.Buffered, Load(("Durability", "buffered")).Level);
    }

    /// <summary>What started a server before there were batches still does.</summary>
    [Theory]
    [InlineData("InFlightBytes", "67108864", 16L << 20)]
    [InlineData("SegmentBytes", "18874368", 17L << 20)]
    [InlineData("SegmentBytes", "1048576", 1L << 19)]
    [InlineData("InFlightBytes", "1073741824", 32L << 20)]
    public void Load_BatchSizeNotSaid_GivesWayToWhatIs(string key, string value, long expected) =>
        Assert.Equal(expected, Load((key, value)).BatchBytesMax);

    /// <summary>A container of 256 MiB leaves the collector three quarters of that.</summary>
    [Theory]
    [InlineData(16L << 30, 256L << 20)]
    [InlineData(192L << 20, 96L << 20)]
    [InlineData(96L << 20, 64L << 20)] // the largest document must get through, whatever there is
    public void InFlightBytes_NotSaid_FollowsTheMemoryThatThereIs(long availableBytes, long expected) =>
        Assert.Equal(expected, Load().InFlightBytesOf(availableBytes));

    [Theory]
    [InlineData(16L << 30, 256L << 20)]
    [InlineData(192L << 20, 24L << 20)]
    public void CacheBytes_NotSaid_FollowsTheMemoryThatThereIs(long availableBytes, long expected) =>
        Assert.Equal(expected, DocServiceOptions.CacheBytesOf(availableBytes));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1 << 20)]
    public void CacheBytes_IsTaken(string value, long expected) => Assert.Equal(expected, Load(("CacheBytes", value)).ToStoreOptions().CacheBytes);

    /// <summary>It has its memory beside all other.</summary>
    [Theory]
    [InlineData(16L << 30, 128L << 20)]
    [InlineData(192L << 20, 24L << 20)]
    [InlineData(32L << 20, 8L << 20)]
    public void IndexCacheBytes_NotSaid_FollowsTheMemoryThatThereIs(long availableBytes, long expected) =>
        Assert.Equal(expected, DocServiceOptions.IndexCacheBytesOf(availableBytes));

    [Fact]
    public void Load_EveryKeyOfTheIndex_IsTaken()
    {
        DocServiceOptions options = Load(("DataDirectory", "/somewhere"), ("IndexCacheBytes", "8388608"), ("TombstoneRetention", "1.00:00:00"));

        Assert.True(options.HasIndex);
        Assert.Equal(new IndexOptions { Directory = "/somewhere/index", CacheBytes = 8 << 20, TombstoneRetention = TimeSpan.FromDays(1), AwaitsDeclarations = true }, options.ToIndexOptions());
        Assert.False(Load(("Index", "off")).HasIndex);
    }

    [Fact]
    public void Load_EveryKeyOfQueries_IsTaken()
    {
        DocServiceOptions options = Load(("QueryTimeout", "00:00:05"), ("QueryThreads", "3"), ("ExportTimeout", "02:00:00"), ("ExportIdle", "00:01:00"), ("BusyTimeout", "00:00:07"));

        Assert.Equal(new QueryLimits { Wait = TimeSpan.FromSeconds(7), Search = TimeSpan.FromSeconds(5), Threads = 3 }, options.ToQueryLimits());
        Assert.Equal((TimeSpan.FromHours(2), TimeSpan.FromMinutes(1)), (options.ExportTimeout, options.ExportIdle));
        Assert.Equal(Math.Max(1, Environment.ProcessorCount / 2), Load().QueryThreadsMax);
        Assert.Equal((1000, 7), (Load().FeedClientsMax, Load(("FeedClientsMax", "7")).FeedClientsMax));
    }

    [Theory]
    [InlineData("https://login.example", "docservice", "RS256", "docservice", null)]
    [InlineData("http://127.0.0.1:8080/realm", "docservice", "ES256, PS512", "https://docservice.example/rights", null)]
    [InlineData("http://login.example", "docservice", "RS256", "docservice", "JwtAuthority")]
    [InlineData("login.example", "docservice", "RS256", "docservice", "JwtAuthority")]
    [InlineData("ftp://login.example", "docservice", "RS256", "docservice", "JwtAuthority")]
    [InlineData("https://login.example?a=b", "docservice", "RS256", "docservice", "JwtAuthority")]
    [InlineData("https://user@login.example", "docservice", "RS256", "docservice", "JwtAuthority")]
    [InlineData("", "docservice", "RS256", "docservice", "JwtAuthority")]
    [InlineData("https://login.example", "", "RS256", "docservice", "JwtAudience")]
    [InlineData("https://login.example", "docservice", "", "docservice", "JwtAlgorithms")]
    [InlineData("https://login.example", "docservice", "none", "docservice", "JwtAlgorithms")]
    [InlineData("https://login.example", "docservice", "RS256,HS256", "docservice", "JwtAlgorithms")]
    [InlineData("https://login.example", "docservice", "RS256", " ", "JwtClaim")]
    public void Load_SettingsOfTokens_AreTakenOrRefusedByName(string authority, string audience, string algorithms, string claim, string? refused)
    {
        (string, string)[] values = [("JwtAuthority", authority), ("JwtAudience", audience), ("JwtAlgorithms", algorithms), ("JwtClaim", claim)];
        if (refused is null)
        {
            Assert.True(Load(values).TakesTokens);
        }
        else
        {
            Assert.Contains(refused, Refused(values), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_LimitsOfRequests_AreTaken()
    {
        DocServiceOptions options = Load(("RequestsPerMinute", "600"), ("RequestBurst", "7"), ("ConcurrentRequestsMax", "9"), ("FailedLoginsPerMinute", "0"));

        Assert.Equal((600, 7, 9, 0), (options.RequestsPerMinute, options.RequestBurst, options.ConcurrentRequestsMax, options.FailedLoginsPerMinute));
        Assert.Equal((null, null, 60, false), (Load().RequestsPerMinute, Load().ConcurrentRequestsMax, Load().FailedLoginsPerMinute, Load().TakesTokens));
    }

    [Fact]
    public void Load_EveryKeyOfAccess_IsTaken()
    {
        Assert.Equal((false, 0), (Load().RequireKeys, Load().Cors.Origins.Length));
        Assert.True(Load(("RequireKeys", "true")).RequireKeys);
        Assert.Equal(["https://a.example", "http://localhost:3000"], Load(("Cors:Origins", "https://a.example;http://localhost:3000")).Cors.Origins);
        Assert.Equal(["https://a.example", "http://[::1]:3000"], Load(("Cors:Origins:0", "https://a.example"), ("cors:origins:1", "http://[::1]:3000")).Cors.Origins);
        Assert.Equal(["*"], Load(("Cors:Origins", "*")).Cors.Origins);
        Assert.Empty(Load(("Cors:Origins", "")).Cors.Origins);
        Assert.Equal(["10.0.0.7", "fd00::/8"], Load(("KnownProxies", "10.0.0.7; fd00::/8")).KnownProxies);
    }

    [Theory]
    [InlineData("https://a.example/", "https://a.example")]
    [InlineData("https://A.example", "https://a.example")]
    [InlineData("https://a.example:443", "https://a.example")]
    [InlineData("http://localhost:3000/app", "http://localhost:3000")]
    [InlineData("https://b\u00fccher.example", "https://xn--bcher-kva.example")]
    [InlineData("https://user@a.example", "https://a.example")]
    [InlineData("https://*.example.com", "'*' stands alone")]
    [InlineData("*;https://a.example", "'*' stands alone")]
    [InlineData("a.example", "is not an origin")]
    [InlineData("localhost:3000", "is not an origin")]
    [InlineData("null", "is not an origin")]
    [InlineData("file:///home", "is not an origin")]
    public void Load_OriginThatNoBrowserSends_IsAnErrorThatNamesIt(string value, string told)
    {
        string message = Refused(("Cors:Origins", value));

        Assert.Contains("DocService:Cors:Origins", message, StringComparison.Ordinal);
        Assert.Contains(told, message, StringComparison.Ordinal);
        Assert.Contains(value.Split(';')[0], message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToStoreOptions_RelativeDirectory_IsMadeAbsolute() =>
        Assert.Equal(Path.GetFullPath("x/y"), Load(("DataDirectory", "x/y")).ToStoreOptions().DataDirectory);

    [Theory]
    [InlineData("MaxDocumentByte", "1")]
    [InlineData("Data Directory", "x")]
    [InlineData("Level", "filed")]
    [InlineData("Section", "x")]
    [InlineData("MaxDepth:Value", "5")]
    [InlineData("Journal:Bytes", "5")]
    [InlineData("Cors:Origin", "https://a.example")]
    [InlineData("Cors:Origins:0:x", "https://a.example")]
    [InlineData("Cors", "https://a.example")]
    public void Load_UnknownKey_IsAnErrorThatNamesIt(string key, string value) =>
        Assert.Contains(key.Split(':')[0], Refused((key, value)), StringComparison.Ordinal);

    [Theory]
    [InlineData("DataDirectory", "")]
    [InlineData("DataDirectory", " ")]
    [InlineData("DataDirectory", "a\0b")]
    [InlineData("Durability", "")]
    [InlineData("Durability", "always")]
    [InlineData("Durability", "Filed")]
    [InlineData("Durability", "volatile")]
    [InlineData("QueryTimeout", "00:00:00")]
    [InlineData("QueryTimeout", "21.00:00:00")]
    [InlineData("QueryThreads", "0")]
    [InlineData("FeedClientsMax", "0")]
    [InlineData("FeedClientsMax", "100001")]
    [InlineData("QueryThreads", "257")]
    [InlineData("ExportTimeout", "-00:00:01")]
    [InlineData("ExportIdle", "00:00:00")]
    [InlineData("JwtAudience", "a")]
    [InlineData("RequestsPerMinute", "0")]
    [InlineData("RequestBurst", "5")]
    [InlineData("AuditFile", " ")]
    [InlineData("ConcurrentRequestsMax", "0")]
    [InlineData("FailedLoginsPerMinute", "-1")]
    [InlineData("Index", "true")]
    [InlineData("Index", "")]
    [InlineData("IndexCacheBytes", "8388607")]
    [InlineData("CacheBytes", "-1")]
    [InlineData("CacheBytes", "1099511627777")]
    [InlineData("TombstoneRetention", "-00:00:01")]
    [InlineData("IdempotencyRetention", "00:00:00.5")]
    [InlineData("IdempotencyRetention", "366.00:00:00")]
    [InlineData("ScrubInterval", "00:00:00.5")]
    [InlineData("ScrubInterval", "366.00:00:00")]
    [InlineData("ScrubBytesPerSecond", "65535")]
    [InlineData("ScrubReadsPerSecond", "9")]
    [InlineData("MaxDocumentBytes", "0")]
    [InlineData("MaxDocumentBytes", "-1")]
    [InlineData("MaxDocumentBytes", "16MiB")]
    [InlineData("MaxDocumentBytes", "536870913")]
    [InlineData("MaxDocumentBytes", "99999999999999999999")]
    [InlineData("MaxDepth", "0")]
    [InlineData("MaxDepth", "1001")]
    [InlineData("MaxDepth", "")]
    [InlineData("MaxDepth", "1.5")]
    [InlineData("InFlightBytes", "67108863")]
    [InlineData("InFlightBytes", "x")]
    [InlineData("MaxDepth", "deep")]
    [InlineData("BusyTimeout", "ten")]
    [InlineData("MaxBatchOperations", "0")]
    [InlineData("MaxBatchOperations", "5001")]
    [InlineData("MaxBatchBytes", "0")]
    [InlineData("MaxBatchBytes", "536870913")]
    [InlineData("SegmentBytes", "64MiB")]
    [InlineData("ReserveBytes", "two")]
    [InlineData("RequireKeys", "yes")]
    [InlineData("KnownProxies", "proxy.example")]
    [InlineData("KnownProxies", "10.1")]
    [InlineData("KnownProxies", "10.0.0.7/8")]
    [InlineData("KnownProxies:0", "*")]
    public void Load_ImpossibleValue_IsAnErrorThatNamesTheKey(string key, string value) =>
        Assert.Contains(key.Split(':')[0], Refused((key, value)), StringComparison.Ordinal);

    [Fact]
    public void Load_ValueInsteadOfASection_IsAnError()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection([new("DocService", "x")]).Build();
        Assert.Throws<ConfigurationError>(() => OptionsLoading.Load(configuration));
    }

    private static string Refused(params (string Key, string Value)[] values)
    {
        string message = Assert.Throws<ConfigurationError>(() => Load(values)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static DocServiceOptions Load(params (string Key, string Value)[] values)
    {
        IEnumerable<KeyValuePair<string, string?>> pairs = values.Select(pair => KeyValuePair.Create("DocService:" + pair.Key, (string?)pair.Value));
        return OptionsLoading.Load(new ConfigurationBuilder().AddInMemoryCollection(pairs).Build());
    }
}
