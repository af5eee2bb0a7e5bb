using DocService.Index.Declared;
using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Queries;
using DocService.Queries.Planning;
using DocService.Queries.Words;

namespace DocService.Index.Finding;

/// <summary>
/// Documents that have all words of a search. First the entries of each word are counted; then the documents of the rarest are
/// read, and their bodies tell whether they have the others, phrases included, and how often.
/// </summary>
/// <remarks>
/// Owns: iterators. Thread: one at a time. Invariant: each document comes once: of several words with one beginning only the
/// first that the document has counts.
/// </remarks>
internal sealed class TextCandidates : Candidates
{
    /// <summary>Entries counted in one call.</summary>
    private const int CountedAtOnce = 512;

    private readonly IndexReader _reader;
    private readonly DeclaredState _index;
    private readonly IReadOnlyList<KeyRange> _ids;
    private readonly IReadOnlyList<TextTerm> _terms;
    private readonly List<(int Term, KeyRange Range, long Count)> _ranges = [];
    private readonly DocumentWords _words;
    private readonly RocksIterator _rows;
    private EntryListing? _entries;
    private long _counted;
    private int _next; // of the ranges that are counted
    private bool _isCounting = true;

    public TextCandidates(IndexReader reader, DeclaredState index, TextSearch search, IReadOnlyList<KeyRange> ids)
    {
        _reader = reader;
        _index = index;
        _ids = ids;
        _terms = search.Words.Terms;
        _words = new DocumentWords(search.Index.Text!);
        for (int term = 0; term < _terms.Count; term++)
        {
            _ranges.AddRange(TermEntries.Of(_terms[term]).Select(range => (term, range, 0L)));
        }

        _rows = reader.Snapshot.Iterate(Family.Documents, [], []);
    }

    public override ReadOnlySpan<byte> Id => _isCounting ? default : _rows.Key;

    public override ReadOnlySpan<byte> Row => _isCounting ? default : _rows.Value;

    public override bool IsDocument => !_isCounting && IsAsked(_rows.Key) && HasAll();

    public override double Score
    {
        get
        {
            double average = _index.Documents > 0 ? (double)_index.Words / _index.Documents : 0;
            double score = 0;
            for (int term = 0; term < _terms.Count; term++)
            {
                long documents = Math.Min(_ranges.Where(range => range.Term == term).Min(range => range.Count), _index.Documents);
                score += Ranking.Score(_terms[term].CountIn(_words.Words), _words.Count, average, documents, _index.Documents);
            }

            return score;
        }
    }

    public override bool MoveNext()
    {
        if (_isCounting && Count())
        {
            return true;
        }

        if (_isCounting)
        {
            _isCounting = false;
            (int Term, KeyRange Range, long Count) rarest = _ranges.MinBy(range => range.Count);
            _entries = _reader.ListEntries(_index, rarest.Range);
        }

        if (!_entries!.MoveNext())
        {
            return false;
        }

        if (_rows.Seek(_entries.IdUtf8) && _rows.Key.SequenceEqual(_entries.IdUtf8))
        {
            return true;
        }

        var failure = new IndexFailedException("An entry of a text index belongs to a document that is not there.");
        _reader.Fail(failure);
        throw failure;
    }

    public override void Pass(ReadOnlySpan<byte> beginning) => throw new InvalidOperationException("Folders are not looked for by words.");

    public override void Dispose()
    {
        _entries?.Dispose();
        _rows.Dispose();
    }

    /// <summary>Some entries; false when all have been counted.</summary>
    private bool Count()
    {
        if (_next == _ranges.Count)
        {
            return false;
        }

        _entries ??= _reader.ListEntries(_index, _ranges[_next].Range);
        for (int count = 0; count < CountedAtOnce; count++)
        {
            if (!_entries.MoveNext())
            {
                _entries.Dispose();
                _entries = null;
                _ranges[_next] = _ranges[_next] with { Count = _counted };
                _counted = 0;
                _next++;
                return true;
            }

            _counted++;
        }

        return true;
    }

    private bool HasAll()
    {
        if (!IndexedDocument.TryRead(_rows.Key, _rows.Value, out IndexedDocument document))
        {
            return false;
        }

        _words.Read(document.Body, document.Facts, SearchLimit.None);
        return _terms.All(term => term.CountIn(_words.Words) > 0) && IsFirst();
    }

    /// <summary>Of the words in the range only the first that the document has leads to it.</summary>
    private bool IsFirst()
    {
        KeyRange range = _ranges.MinBy(one => one.Count).Range;
        ReadOnlySpan<byte> key = _entries!.Key;
        foreach (string word in _words.Words)
        {
            byte[] other = WordKey.Of(word);
            if (word.Length > 0 && key.SequenceCompareTo(other) > 0 && range.Contains(other))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsAsked(ReadOnlySpan<byte> id)
    {
        foreach (KeyRange range in _ids)
        {
            if (range.Contains(id))
            {
                return true;
            }
        }

        return false;
    }
}
