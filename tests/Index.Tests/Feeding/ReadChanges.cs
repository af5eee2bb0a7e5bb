using System.Globalization;
using System.Text;
using DocService.Index.Answering;
using DocService.Index.Feeding;
using DocService.Index.Finding;
using DocService.Index.Reading;
using DocService.Index.Tailing;
using DocService.Queries;
using DocService.Queries.Filters;

namespace DocService.Index.Tests.Feeding;

/// <summary>A reader of the feed in a test, and the copy that it makes.</summary>
internal sealed class ReadChanges(int limit = int.MaxValue, string prefix = "", string filter = "{}") : IChangeSink
{
    private readonly ChangeSelection _selection = new(prefix, Declaring.Filter(filter));
    private int _page;

    /// <summary>Of all pages, as <c>put a 17</c>; a bar ends a commit that was told.</summary>
    public List<string> Told { get; } = [];

    public SortedDictionary<string, string> Copy { get; } = new(StringComparer.Ordinal);

    /// <summary>Of the changes of the last page, in their order.</summary>
    public List<long> Versions { get; } = [];

    /// <summary>Where the last page has ended.</summary>
    public FeedPosition Position { get; set; }

    public bool IsThrough { get; private set; }

    public bool IsFull => _page >= limit;

    public void Change(in FoundChange change)
    {
        _page++;
        string id = Encoding.UTF8.GetString(change.Id);
        Told.Add(string.Create(CultureInfo.InvariantCulture, $"{change.Kind} {id} {change.Version}"));
        Versions.Add(change.Version);
        if (change.Kind == ChangeKind.Put)
        {
            Copy[id] = Encoding.UTF8.GetString(change.Body);
        }
        else
        {
            Copy.Remove(id);
        }
    }

    public void EndCommit(FeedPosition position)
    {
        if (Told.Count > 0 && Told[^1] != "|")
        {
            Told.Add("|");
        }
    }

    /// <summary>One page from the index.</summary>
    public void Read(IndexReader reader, TimeProvider? clock = null, TimeSpan? allowed = null)
    {
        _page = 0;
        Versions.Clear();
        Assert.Null(Position.FindReset(reader));
        using var walk = new ChangeWalk(reader, Position, _selection, this, clock ?? TimeProvider.System, allowed ?? TimeSpan.FromMinutes(1));
        SearchState state;
        do
        {
            state = walk.Advance(new Allowance(1), SearchLimit.None); // a row at a time
        }
        while (state == SearchState.Paused);
        Assert.Equal(state == SearchState.Done, walk.IsThrough);
        Position = walk.Position;
        IsThrough = walk.IsThrough;
    }

    /// <summary>What the tail has behind the position; false where it has not.</summary>
    public bool TryRead(ChangeTail tail)
    {
        _page = 0;
        FeedPosition position = Position;
        bool isThere = tail.TryRead(ref position, _selection, SearchLimit.None, this);
        Position = position;
        return isThere;
    }

    public string Text()
    {
        string text = string.Join(' ', Told);
        Told.Clear();
        return text;
    }
}
