using DocService.Api.Configuration;
using DocService.Api.Keys;

namespace DocService.Api.Waiting;

/// <summary>Who waits for changes: streams, pages that wait, and reads of one document that wait. There is a bound on all of them, and one owner of a key has half of the places at most: the others always find some.</summary>
/// <remarks>Owns: the set of them. Thread: any.</remarks>
internal sealed class FeedClients(DocServiceOptions options)
{
    private readonly Lock _gate = new();
    private readonly HashSet<FeedClient> _clients = [];
    private readonly Dictionary<string, int> _owned = new(StringComparer.Ordinal);

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>How far the stream is that has come least far; null where there is none.</summary>
    public long? LeastSequence
    {
        get
        {
            lock (_gate)
            {
                return _clients.Where(static client => client.Sequence >= 0).Min(static client => (long?)client.Sequence);
            }
        }
    }

    /// <summary>A place until it is disposed; null where all are taken.</summary>
    /// <param name="caller">Who waits. Clients that nobody has told apart share all places.</param>
    public FeedClient? TryEnter(Caller caller)
    {
        lock (_gate)
        {
            int owned = _owned.GetValueOrDefault(caller.Owner);
            if (_clients.Count >= options.FeedClientsMax || (caller.IsKnown && owned >= Math.Max(1, options.FeedClientsMax / 2)))
            {
                return null;
            }

            var client = new FeedClient(left => Leave(left, caller.Owner));
            _clients.Add(client);
            _owned[caller.Owner] = owned + 1;
            return client;
        }
    }

    private void Leave(FeedClient client, string owner)
    {
        lock (_gate)
        {
            if (!_clients.Remove(client))
            {
                return;
            }

            if (--_owned[owner] == 0)
            {
                _owned.Remove(owner);
            }
        }
    }
}
