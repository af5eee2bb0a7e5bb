using DocService.Schemas.Judging;

namespace DocService.Schemas.Reading;

/// <summary>Finds schemas that lead back to themselves for the same value.</summary>
internal static class LoopSearch
{
    /// <summary>Where a keyword closes a circle; null when none does. Without recursion: a chain of references can be long.</summary>
    public static SchemaPlace? Find(IReadOnlyList<SchemaNode> nodes)
    {
        var left = new HashSet<SchemaNode>();
        var onTheWay = new HashSet<SchemaNode>();
        var way = new Stack<(SchemaNode Node, IEnumerator<(SchemaPlace Place, SchemaNode To)> Next)>();
        foreach (SchemaNode start in nodes)
        {
            Enter(start);
            while (way.TryPeek(out (SchemaNode Node, IEnumerator<(SchemaPlace Place, SchemaNode To)> Next) here))
            {
                if (!here.Next.MoveNext())
                {
                    way.Pop();
                    onTheWay.Remove(here.Node);
                    left.Add(here.Node);
                }
                else if (onTheWay.Contains(here.Next.Current.To))
                {
                    return here.Next.Current.Place;
                }
                else
                {
                    Enter(here.Next.Current.To);
                }
            }
        }

        return null;

        void Enter(SchemaNode node)
        {
            if (!left.Contains(node) && onTheWay.Add(node))
            {
                way.Push((node, node.Keywords.SelectMany(keyword => keyword.InPlace.Select(to => (keyword.Place, to))).GetEnumerator()));
            }
        }
    }
}
