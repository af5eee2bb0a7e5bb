using System.Text.Json;
using DocService.Queries.Paths;

namespace DocService.Queries.Words;

/// <summary>
/// Reads the words of a document: of the strings that some paths lead to, arrays and objects there included.
/// Owns: buffers, and the words of the last document. Thread: one at a time.
/// </summary>
public sealed class DocumentWords
{
    /// <summary>Of one document in one index; what comes behind is not found.</summary>
    public const int WordsMax = 10_000;

    private readonly Reader _reader = new();
    private readonly PathWalk _walk;

    /// <param name="paths">Each once, none of them a fact.</param>
    public DocumentWords(IReadOnlyList<DocumentPath> paths) => _walk = new PathWalk(new PathTree(paths), _reader);

    /// <summary>Folded, as they follow each other; an empty one stands between two strings, so that no phrase reaches over it.</summary>
    public IReadOnlyList<string> Words => _reader.Words;

    /// <summary>How many words there are: the document's length for ranking.</summary>
    public int Count => _reader.Count;

    /// <param name="document">A stored body.</param>
    /// <param name="facts">Of the same document.</param>
    /// <param name="limit">Kept by the loop.</param>
    public void Read(ReadOnlySpan<byte> document, in DocumentFacts facts, SearchLimit limit)
    {
        _reader.Clear(limit);
        _walk.Document(document, facts, limit);
    }

    /// <summary>Each word once, with how often it occurs.</summary>
    public IReadOnlyDictionary<string, int> Frequencies() =>
        Words.Where(word => word.Length > 0).CountBy(word => word, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);

    private sealed class Reader : PathVisitor
    {
        private readonly List<string> _text = [];
        private SearchLimit _limit = SearchLimit.None;

        public List<string> Words { get; } = [];

        public int Count { get; private set; }

        public void Clear(SearchLimit limit)
        {
            _limit = limit;
            IsDone = false;
            Count = 0;
            Words.Clear();
        }

        /// <summary>Elements of an array come with the array.</summary>
        public override void Value(int path, ref Utf8JsonReader reader, bool isElement)
        {
            if (isElement)
            {
                return;
            }

            Utf8JsonReader value = reader;
            int depth = value.CurrentDepth;
            do
            {
                if (value.TokenType == JsonTokenType.String)
                {
                    Add(value.GetString()!);
                }

                _limit.Step();
            }
            while (!IsDone && (value.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject || value.CurrentDepth > depth) && value.Read());
        }

        public override void Missing(int path)
        {
        }

        private void Add(string text)
        {
            _text.Clear();
            _limit.Look();
            WordBreaker.Read(text, _text);
            int taken = Math.Min(_text.Count, WordsMax - Count);
            Words.AddRange(_text.Take(taken));
            Words.Add("");
            Count += taken;
            IsDone = Count == WordsMax;
        }
    }
}
