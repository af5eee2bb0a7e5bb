using DocService.Index.Declared;
using DocService.Index.Reading;
using DocService.Index.Rocks;
using DocService.Queries;
using DocService.Queries.Planning;
using DocService.Queries.Words;

namespace DocService.Index.Planning;

/// <summary>
/// Documents that have all words of a search. First the entries of each word are counted; then the documents of the rarest are
/// read, and their bodies tell whether they have the others, phrases included, and how often.
/// </summary>
/// <remarks>
/// Owns: iterators. Thread: one at a time. Invariant: each document comes once: of several words with one beginning only the
/// first that the document has counts.
/// </remarks>
internal sealed class TextCandidates : CandidatesByEntry
{
    /// <summary>Entries counted in one call.</summary>
    private const int CountedAtOnce = 512;

    private readonly IndexReader _reader;
    private readonly DeclaredState _index;
    private readonly IReadOnlyList<TextTerm> _terms;
    private readonly List<(int Term, KeyRange Range, long Count)> _ranges = [];
    private readonly DocumentWords _words;
    private readonly long[] _documents; // that each term is about in; known when all are counted
    private KeyRange _rarest; // the entries that are read; known then, too
    private long _counted;
    private int _next; // of the ranges that are counted
    private bool _isCounting = true;

    public TextCandidates(IndexReader reader, DeclaredState index, TextSearch search, IReadOnlyList<KeyRange> ids)
        : base(reader, ids)
    {
        _reader = reader;
        _index = index;
        _terms = search.Words.Terms;
        _documents = new long[_terms.Count];
        _words = new DocumentWords(search.Index.Text!);
        for (int term = 0; term < _terms.Count; term++)
        {
            _ranges.AddRange(TermEntries.Of(_terms[term]).Select(range => (term, range, 0L)));
        }
    }

    public override ReadOnlySpan<byte> Id => _isCounting ? default : base.Id;

    public override ReadOnlySpan<byte> Row => _isCounting ? default : base.Row;

    public override bool IsDocument => !_isCounting && IsAsked && HasAll();

    public override double Score
    {
        get
        {
            double average = _index.Documents > 0 ? (double)_index.Words / _index.Documents : 0;
            double score = 0;
            for (int term = 0; term < _terms.Count; term++)
            {
                score += Ranking.Score(_terms[term].CountIn(_words.Words), _words.Count, average, _documents[term], _index.Documents);
            }

            return score;
        }
    }

    public override bool MoveNext()
    {
        if (_isCounting)
        {
            if (Count())
            {
                return true;
            }

            EndCounting();
        }

        if (!Entries!.MoveNext())
        {
            return false;
        }

        ToRow();
        return true;
    }

    /// <summary>Some entries; false when all have been counted.</summary>
    private bool Count()
    {
        if (_next == _ranges.Count)
        {
            return false;
        }

        Entries ??= _reader.ListEntries(_index, _ranges[_next].Range);
        for (int count = 0; count < CountedAtOnce; count++)
        {
            if (!Entries.MoveNext())
            {
                Entries.Dispose();
                Entries = null;
                _ranges[_next] = _ranges[_next] with { Count = _counted };
                _counted = 0;
                _next++;
                return true;
            }

            _counted++;
        }

        return true;
    }

    private void EndCounting()
    {
        _isCounting = false;
        for (int term = 0; term < _documents.Length; term++)
        {
            _documents[term] = Math.Min(_ranges.Where(range => range.Term == term).Min(range => range.Count), _index.Documents);
        }

        _rarest = _ranges.MinBy(range => range.Count).Range;
        Entries = _reader.ListEntries(_index, _rarest);
    }

    private bool HasAll()
    {
        if (!IndexedDocument.TryRead(base.Id, base.Row, out IndexedDocument document))
        {
            return false;
        }

        _words.Read(document.Body, document.Facts, SearchLimit.None);
        return _terms.All(term => term.CountIn(_words.Words) > 0) && IsFirst();
    }

    /// <summary>Of the words in the range only the first that the document has leads to it.</summary>
    private bool IsFirst()
    {
        ReadOnlySpan<byte> key = Entries!.Key;
        foreach (string word in _words.Words)
        {
            byte[] other = WordKey.Of(word);
            if (word.Length > 0 && key.SequenceCompareTo(other) > 0 && _rarest.Contains(other))
            {
                return false;
            }
        }

        return true;
    }
}
