namespace DocService.Queries.Words;

/// <summary>bm25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009), with the usual constants.</summary>
public static class Ranking
{
    /// <summary>How soon further occurrences stop to count.</summary>
    private const double K1 = 1.2;

    /// <summary>How much a long document's occurrences count less.</summary>
    private const double B = 0.75;

    /// <summary>What one term adds to a document's score; never negative, so that a word in every document does no harm.</summary>
    /// <param name="occurrences">Of the term in the document.</param>
    /// <param name="words">Of the document.</param>
    /// <param name="wordsOnAverage">Of all documents.</param>
    /// <param name="documentsWithTerm">How many have it.</param>
    /// <param name="documents">How many there are.</param>
    public static double Score(long occurrences, long words, double wordsOnAverage, long documentsWithTerm, long documents)
    {
        double rarity = Math.Log(1 + (documents - documentsWithTerm + 0.5) / (documentsWithTerm + 0.5));
        double length = wordsOnAverage > 0 ? words / wordsOnAverage : 1;
        return rarity * occurrences * (K1 + 1) / (occurrences + K1 * (1 - B + B * length));
    }
}
