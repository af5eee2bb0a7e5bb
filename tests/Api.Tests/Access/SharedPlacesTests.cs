using System.Net;
using System.Text.Json;
using DocService.Api.Bulk.Importing;
using DocService.Api.Configuration;
using DocService.Api.Keys;
using DocService.Api.Problems;
using DocService.Api.Tests.Support;
using DocService.Api.Waiting;
using DocService.Collections;
using DocService.Storage;

namespace DocService.Api.Tests.Access;

/// <summary>What all keys share, and what one of them must not take from the others or learn.</summary>
public sealed class SharedPlacesTests
{
    [Fact]
    public void FeedPlaces_OfOneKey_AreHalfOfAll()
    {
        var clients = new FeedClients(new DocServiceOptions { FeedClientsMax = 4 });
        var mine = new Caller("000000000001", KeyRights.All, CancellationToken.None);
        var theirs = new Caller("000000000002", KeyRights.All, CancellationToken.None);
        FeedClient first = clients.TryEnter(mine)!;
        Assert.NotNull(clients.TryEnter(mine));

        Assert.Null(clients.TryEnter(mine));
        Assert.NotNull(clients.TryEnter(theirs));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(clients.TryEnter(mine));
        Assert.Null(clients.TryEnter(mine));
        Assert.NotNull(clients.TryEnter(theirs));
        Assert.Null(clients.TryEnter(theirs));
        Assert.Equal(4, clients.Count);
    }

    [Fact]
    public void FeedPlaces_WithoutKeys_AreAll()
    {
        var clients = new FeedClients(new DocServiceOptions { FeedClientsMax = 3 });

        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => clients.TryEnter(Caller.Anyone) is not null));
    }

    [Fact]
    public void Imports_OfOneKey_DoNotPushOutThoseOfAnother()
    {
        var imports = new Imports();
        var budget = new ByteBudget(1 << 20);
        var theirs = new ImportName("theirs", "k");
        End(imports, theirs, budget);
        for (int number = 0; number < Imports.EndedMax + 5; number++)
        {
            End(imports, new ImportName("mine", $"{number}"), budget);
        }

        Assert.True(imports.TryGet(theirs, out _));
        Assert.False(imports.TryGet(new ImportName("mine", "5"), out _));
        Assert.True(imports.TryGet(new ImportName("mine", "6"), out _));
    }

    /// <summary>1,000 keys of 300 prefixes of 1,024 bytes would be 300 MB in one document.</summary>
    [Fact]
    public async Task Keys_WithLongPrefixes_AreBoundedInBytes()
    {
        await using var application = new TestApplication();
        KeyRing keys = application.Service<KeyRing>();
        Assert.Null(KeyRights.TryCreate(new Dictionary<string, string[]> { ["read"] = [.. Enumerable.Range(0, 100).Select(number => $"{new string('x', 1000)}{number}/")] }, out KeyRights? rights));

        int made = 0;
        while (await keys.AddAsync("long", rights!, null) is not null)
        {
            made++;
            Assert.True(made < 20, "There is no end to it.");
        }

        Assert.InRange(made, 9, 10);
        Assert.Equal(made, keys.All.Count);
    }

    [Fact]
    public async Task Fence_ForAKeyThatOperatesNothing_HasNoReason()
    {
        await using var application = new TestApplication(new ApplicationSettings { BeforeStore = MeddledStore.BeforeEach(Fail) });
        KeyRing keys = application.Service<KeyRing>();
        (_, string write) = await KeyedApplication.AddAsync(keys, "write", new() { ["write"] = ["notes/"] });
        (_, string admin) = await KeyedApplication.AddAsync(keys, "admin", new() { ["write"] = ["*"], ["operate"] = ["*"] });

        Assert.DoesNotContain("/somewhere", await DetailAsync(application, write), StringComparison.Ordinal);
        Assert.Contains("/somewhere", await DetailAsync(application, admin), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WhileTheIndexIsBuilt_TellsHowFarItIs()
    {
        Problem problem = RuleProblem.Of(new IndexUnavailableViolation(IsFailed: false, "It is being built.") { Done = 3, Total = 7 });

        Assert.Equal("index-building", problem.Type.Slug);
        Assert.Equal([new("done", 3L), new("total", 7L)], problem.For(Caller.Anyone).Extensions);
        Assert.Empty(problem.For(Caller.Nobody).Extensions);
    }

    /// <summary>Keys are documents, too, and are made.</summary>
    private static void Fail(IReadOnlyCollection<DocumentOperation> operations)
    {
        if (operations.Any(operation => operation.Key.Id == "notes/a"))
        {
            throw new StoreFencedException("the file /somewhere/journal cannot be synced");
        }
    }

    private static void End(Imports imports, ImportName name, ByteBudget budget)
    {
        var report = new ImportReport(budget, DurabilityLevel.Durable);
        Assert.True(imports.TryBegin(name, report));
        report.State = ImportState.Done;
        imports.End(name, report);
    }

    private static async Task<string> DetailAsync(TestApplication application, string token)
    {
        using HttpResponseMessage response = await application.SendAsync(
            "POST", "/batch", """{"operations":[{"op":"put","id":"notes/a","body":1}]}""", ("Authorization", "Bearer " + token));
        JsonElement problem = await response.AssertProblemAsync(HttpStatusCode.ServiceUnavailable, "fenced");
        return problem.GetProperty("detail").GetString()!;
    }
}
