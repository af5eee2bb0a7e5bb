using System.Text;
using DocService.Storage.Model;

namespace DocService.Index.Tailing;

/// <summary>Who waits for a change of which document.</summary>
/// <remarks>Owns: the table. Thread: any. No continuation runs under its lock.</remarks>
internal sealed class DocumentWatches
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<DocumentWatch>> _watches = new(StringComparer.Ordinal);

    public DocumentWatch Add(string id, Action<DocumentWatch> ended)
    {
        var watch = new DocumentWatch(id, ended);
        lock (_gate)
        {
            if (_watches.TryGetValue(id, out List<DocumentWatch>? others))
            {
                others.Add(watch);
            }
            else
            {
                _watches.Add(id, [watch]);
            }
        }

        return watch;
    }

    public void Remove(DocumentWatch watch)
    {
        lock (_gate)
        {
            if (_watches.TryGetValue(watch.Id, out List<DocumentWatch>? all) && all.Remove(watch) && all.Count == 0)
            {
                _watches.Remove(watch.Id);
            }
        }
    }

    /// <summary>The document has changed.</summary>
    public void Tell(ReadOnlySpan<byte> id)
    {
        Span<char> text = stackalloc char[DocumentKey.BytesMax];
        lock (_gate)
        {
            if (_watches.Count > 0 && Encoding.UTF8.TryGetChars(id, text, out int length)
                && _watches.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out List<DocumentWatch>? watches))
            {
                watches.ForEach(static watch => watch.Tell());
            }
        }
    }

    /// <summary>Any document may have changed.</summary>
    public void TellAll()
    {
        lock (_gate)
        {
            foreach (DocumentWatch watch in _watches.Values.SelectMany(static watches => watches))
            {
                watch.Tell();
            }
        }
    }
}
