using DocService.Api.Configuration;

namespace DocService.Api.Waiting;

/// <summary>Who waits for changes: streams, pages that wait, and reads of one document that wait. There is a bound on all of them.</summary>
/// <remarks>Owns: the set of them. Thread: any.</remarks>
internal sealed class FeedClients(DocServiceOptions options)
{
    private readonly Lock _gate = new();
    private readonly HashSet<FeedClient> _clients = [];

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
    public FeedClient? TryEnter()
    {
        lock (_gate)
        {
            if (_clients.Count >= options.FeedClientsMax)
            {
                return null;
            }

            var client = new FeedClient(Leave);
            _clients.Add(client);
            return client;
        }
    }

    private void Leave(FeedClient client)
    {
        lock (_gate)
        {
            _clients.Remove(client);
        }
    }
}
