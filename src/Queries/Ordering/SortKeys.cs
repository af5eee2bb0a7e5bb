using System.Text.Json;
using DocService.Queries.Keys;
using DocService.Queries.Paths;

namespace DocService.Queries.Ordering;

/// <summary>
/// Makes the key that a document is sorted by: of each field the least value, descending the greatest, as bytes whose
/// order is the sort's; the first 512 of them.
/// Owns: buffers. Thread: one at a time.
/// </summary>
public sealed class SortKeys
{
    private readonly Extremes _extremes;
    private readonly PathWalk _walk;

    public SortKeys(SortOrder order)
    {
        _extremes = new Extremes(order.Fields);
        _walk = new PathWalk(new PathTree([.. order.Fields.Select(field => field.Path)]), _extremes);
    }

    /// <param name="document">A stored body.</param>
    /// <param name="facts">Of the same document.</param>
    /// <param name="limit">Kept by the loop.</param>
    /// <param name="key">Cleared, then written: at most <see cref="KeyBytes.Max"/> bytes.</param>
    public void Write(ReadOnlySpan<byte> document, in DocumentFacts facts, SearchLimit limit, KeyWriter key)
    {
        _extremes.Clear();
        _walk.Document(document, facts, limit);
        key.Clear();
        _extremes.Write(key);
        key.Truncate(Math.Min(key.Length, KeyBytes.Max));
    }

    /// <summary>Keeps of each field the best value so far.</summary>
    private sealed class Extremes(IReadOnlyList<SortField> fields) : PathVisitor
    {
        private readonly KeyEncoder _encoder = new();
        private readonly KeyWriter[] _best = [.. fields.Select(_ => new KeyWriter())];
        private readonly KeyWriter _candidate = new();

        public void Clear()
        {
            foreach (KeyWriter best in _best)
            {
                best.Clear();
            }
        }

        public void Write(KeyWriter key)
        {
            for (int i = 0; i < _best.Length; i++)
            {
                int start = key.Length;
                if (_best[i].Length == 0)
                {
                    key.Append(KeyTag.Null);
                }

                key.Append(_best[i].Written);
                if (fields[i].IsDescending)
                {
                    key.Complement(start);
                }
            }
        }

        /// <summary>An array stands for its elements; only a JSON Pointer has it whole, as it does not look into arrays.</summary>
        public override void Value(int path, ref Utf8JsonReader reader, bool isElement)
        {
            _candidate.Clear();
            if (reader.TokenType == JsonTokenType.StartArray && !isElement && !fields[path].Path.IsPointer)
            {
                Utf8JsonReader first = reader;
                first.Read();
                if (first.TokenType != JsonTokenType.EndArray)
                {
                    return;
                }

                _candidate.Append(KeyTag.EmptyArray);
            }
            else
            {
                Utf8JsonReader copy = reader;
                _encoder.Write(_candidate, ref copy);
            }

            Offer(path);
        }

        public override void Missing(int path)
        {
            _candidate.Clear();
            _candidate.Append(KeyTag.Null);
            Offer(path);
        }

        private void Offer(int path)
        {
            KeyWriter best = _best[path];
            int order = _candidate.Written.SequenceCompareTo(best.Written);
            if (best.Length == 0 || (fields[path].IsDescending ? order > 0 : order < 0))
            {
                best.Clear();
                best.Append(_candidate.Written);
            }
        }
    }
}
