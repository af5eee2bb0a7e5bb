using System.Text;
using CsCheck;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Index.Reading;
using DocService.Storage.Model;

namespace DocService.Index.Tests.Reading;

public sealed class IndexReaderTests : IDisposable
{
    private static readonly string[] Ids = ["a", "a/1", "a/2", "aa", "b", "b/1", "z", "ä", "\uFFFD", "😀"];

    private static readonly Gen<string?> Bound = OneOf([.. Ids, "A", "a/", "c", "\uE000", null, null, null, null]);

    private readonly TestDirectory _directory = new();
    private readonly TestLog _log = new();

    [Fact]
    public async Task List_AnyRange_GivesWhatAScanOfTheIdsGives()
    {
        _log.Publish([.. Ids.Select(id => TestLog.Put(id, $"\"{id}\"", 1)), TestLog.Put("h", "0", 1, isHidden: true)]);
        _log.Publish(TestLog.Delete("b/1", 2));
        using IndexFollower follower = IndexTest.Follow(_directory["index"], _log);
        await follower.ReachAsync(2);
        using IndexReader? reader = follower.TryRead();
        Assert.NotNull(reader);
        Assert.Equal(2, reader.AsOf);

        Gen<string?> prefixes = OneOf("", "a", "a/", "b", "ä", "x", "\uFFFD");
        Gen.Select(prefixes, Bound, Bound, Gen.Bool, (prefix, after, to, isReversed) => new DocumentQuery { Prefix = prefix!, After = after ?? "", To = to ?? "", IsReversed = isReversed })
            .Sample(query => Assert.Equal(Scan(query), reader.Find(query).Select(document => document.Key)));
    }

    [Fact]
    public async Task Get_ByIdAndAsOf_SeesItsSnapshotOnly()
    {
        _log.Publish(TestLog.Put("a", "1", 1), TestLog.Put("h", "2", 1, isHidden: true), TestLog.Put("gone", "3", 1));
        _log.Publish(TestLog.Delete("gone", 2));
        using IndexFollower follower = IndexTest.Follow(_directory["index"], _log);
        await follower.ReachAsync(2);
        using IndexReader? reader = follower.TryRead();
        Assert.NotNull(reader);
        _log.Publish(TestLog.Put("a", "later", 3));
        await follower.ReachAsync(3);

        Assert.Equal("1", reader.GetBody(DocumentKey.Create("a")));
        Assert.Equal(TestLog.Put("a", "1", 1).Info, reader.GetFacts(DocumentKey.Create("a"))!.Info);
        Assert.Null(reader.GetBody(DocumentKey.CreateHidden("h")));
        Assert.Equal(TestLog.Put("h", "2", 1, isHidden: true).Info, reader.GetFacts(DocumentKey.CreateHidden("h"))!.Info);
        Assert.NotNull(reader.GetFacts(DocumentKey.Create("gone"))!.Deleted);
        Assert.Null(reader.GetBody(DocumentKey.Create("gone")));
        Assert.Null(reader.GetFacts(DocumentKey.Create("never")));
        using IndexReader? now = follower.TryRead();
        Assert.Equal("later", now!.GetBody(DocumentKey.Create("a")));
    }

    [Fact]
    public async Task Get_BodyDoesNotFitItsDigest_FailsTheIndexWhichIsMadeAnew()
    {
        DocumentInfo wrong = TestLog.Put("a", "1", 1).Info! with { Sha256 = Sha256Digest.Of("2"u8) };
        _log.Publish(TestLog.Put("a", "1", 1) with { Info = wrong });
        using IndexFollower follower = IndexTest.Follow(_directory["index"], _log);
        await follower.ReachAsync(1);
        _log.FiledThrough = 1; // the document's file is gone meanwhile, and with it what is wrong
        using (IndexReader? reader = follower.TryRead())
        {
            Assert.Throws<IndexFailedException>(() => reader!.GetBody(DocumentKey.Create("a")));
        }

        await IndexTest.UntilAsync(() => follower.Status is { Stage: IndexStage.Following, Reason: { } reason } && reason.Contains("SHA-256", StringComparison.Ordinal), "it is made anew");
        Assert.Empty(follower.ReadAll());
    }

    public void Dispose() => _directory.Dispose();

    private static Gen<string?> OneOf(params string?[] values) => Gen.Int[0, values.Length - 1].Select(n => values[n]);

    private static List<string> Scan(DocumentQuery range)
    {
        IEnumerable<string> ids = Ids.Where(id => id != "b/1" && id.StartsWith(range.Prefix, StringComparison.Ordinal));
        int sign = range.IsReversed ? -1 : 1;
        ids = ids.Where(id => range.After.Length == 0 || sign * Compare(id, range.After) > 0);
        ids = ids.Where(id => range.To.Length == 0 || sign * Compare(id, range.To) <= 0);
        var sorted = ids.ToList();
        sorted.Sort((one, other) => sign * Compare(one, other));
        return sorted;
    }

    private static int Compare(string one, string other) => Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other));
}
