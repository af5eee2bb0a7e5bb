using System.Net;
using System.Text.Json;
using DocService.Api.Collections;
using DocService.Api.Keys;
using DocService.Api.Tests.Support;
using DocService.Collections;
using DocService.Storage;
using DocService.Storage.Failures;
using DocService.Storage.Model;
using DocService.Storage.Requests;

namespace DocService.Api.Tests.Access;

/// <summary>Why the store or its index fails, where its files are, and how many documents it has, is told to whoever operates the whole store, and to nobody else.</summary>
public sealed class InnerStateTests
{
    private const string Place = "/somewhere/in/the/store";

    private static readonly Dictionary<string, string[]> Part = new() { ["read"] = ["notes/"], ["write"] = ["notes/"], ["operate"] = ["notes/"] };
    private static readonly Dictionary<string, string[]> Whole = new() { ["read"] = ["*"], ["write"] = ["*"], ["operate"] = ["*"] };

    [Theory]
    [InlineData("fenced", 503)]
    [InlineData("outcome-unknown", 503)]
    [InlineData("journal-damaged", 503)]
    [InlineData("requests-unknown", 503)]
    [InlineData("storage-fault", 500)]
    [InlineData("out-of-space", 507)]
    [InlineData("busy", 503)]
    [InlineData("document-corrupt", 500)]
    public async Task Failure_OfTheStore_NamesFilesToOperatorsAlone(string slug, int status)
    {
        await using var application = new TestApplication(new ApplicationSettings { BeforeStore = MeddledStore.BeforeEach(Fail) });
        KeyRing keys = application.Service<KeyRing>();
        (_, string part) = await KeyedApplication.AddAsync(keys, "part", Part);
        (_, string whole) = await KeyedApplication.AddAsync(keys, "whole", Whole);

        Assert.DoesNotContain(Place, await DetailAsync(part), StringComparison.Ordinal);
        Assert.Contains(Place, await DetailAsync(whole), StringComparison.Ordinal);

        async Task<string> DetailAsync(string token)
        {
            using HttpResponseMessage response = await application.SendAsync(
                "POST", "/batch", $$"""{"operations":[{"op":"put","id":"notes/{{slug}}","body":1}]}""", ("Authorization", "Bearer " + token));
            return (await response.AssertProblemAsync((HttpStatusCode)status, slug)).GetProperty("detail").GetString()!;
        }
    }

    /// <summary>The failed index's own words name its files, and how far it is being made tells how many documents there are.</summary>
    [Fact]
    public async Task Index_ThatCannotBeMade_TellsWhyAndHowFarToOperatorsAlone()
    {
        await using var application = new TestApplication();
        KeyRing keys = application.Service<KeyRing>();
        (_, string part) = await KeyedApplication.AddAsync(keys, "part", Part);
        (_, string whole) = await KeyedApplication.AddAsync(keys, "whole", Whole);
        await FailedIndex.MakeAsync(application);

        foreach ((string method, string target, string accept) in ((string, string, string)[])
            [("GET", "/docs?prefix=notes/", "*/*"), ("GET", "/docs?prefix=notes/", "application/x-ndjson"), ("GET", "/changes?prefix=notes/", "*/*"),
            ("GET", "/versions?id=notes/a", "*/*"), ("DELETE", "/docs?prefix=notes/&confirm=0", "*/*"), ("GET", "/docs/notes/a?wait=1", "*/*")])
        {
            (string name, string value)[] fields = [("Accept", accept), .. target.Contains("wait", StringComparison.Ordinal) ? [("If-None-Match", "*")] : ((string, string)[])[]];
            using HttpResponseMessage untold = await application.SendAsync(method, target, null, [.. fields, ("Authorization", "Bearer " + part)]);
            using HttpResponseMessage told = await application.SendAsync(method, target, null, [.. fields, ("Authorization", "Bearer " + whole)]);

            JsonElement little = await untold.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "index-building");
            JsonElement all = await told.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "index-building");
            Assert.Equal(["type", "title", "status", "detail"], little.EnumerateObject().Select(member => member.Name));
            Assert.Equal("The index is not ready yet.", little.GetProperty("detail").GetString());
            Assert.Contains(application.DataDirectory, all.GetProperty("detail").GetString(), StringComparison.Ordinal);
            Assert.True(all.TryGetProperty("done", out _) && all.TryGetProperty("total", out _));
            Assert.Equal("2", untold.Field("Retry-After"));
        }
    }

    [Theory]
    [InlineData(false, "notes/", 3, 7)]
    [InlineData(true, "notes/", 0, 0)]
    [InlineData(true, "*", 3, 7)]
    public void CollectionStatus_WhileTheWholeIndexIsMade_CountsTheStoreForItsOperatorsAlone(bool countsStore, string prefix, long done, long total)
    {
        Assert.Null(KeyRights.TryCreate(new Dictionary<string, string[]> { ["operate"] = [prefix] }, out KeyRights? rights));
        var index = new CollectionIndexStatus { Name = "words", State = IndexState.Building, Done = 3, Total = 7, CountsStore = countsStore, SizeBytes = 0, Duplicates = [] };

        Assert.Equal((done, total), CollectionReads.ProgressFor(new Caller("000000000001", rights!, CancellationToken.None), index));
    }

    private static void Fail(IReadOnlyCollection<DocumentOperation> operations)
    {
        const string Reason = "the file " + Place + " cannot be read";
        foreach (DocumentKey key in operations.Select(operation => operation.Key).Where(key => !key.IsHidden))
        {
            throw key.Id switch
            {
                "notes/fenced" => new StoreFencedException(Reason),
                "notes/outcome-unknown" => new OutcomeUnknownException(Reason),
                "notes/journal-damaged" => new JournalDamagedException(Reason),
                "notes/requests-unknown" => new RequestsUnknownException(Reason),
                "notes/storage-fault" => new StorageFaultException(Reason),
                "notes/out-of-space" => new OutOfSpaceException(Reason),
                "notes/busy" => new StoreBusyException(Reason) { NamesFiles = true },
                _ => new DocumentCorruptException(key, Place, Reason),
            };
        }
    }
}
