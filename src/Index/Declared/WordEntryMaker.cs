using DocService.Index.Rows;
using DocService.Queries;
using DocService.Queries.Paths;
using DocService.Queries.Words;

namespace DocService.Index.Declared;

/// <summary>Entries of words: each word once, with how often the document has it.</summary>
internal sealed class WordEntryMaker(IReadOnlyList<DocumentPath> paths) : EntryMaker
{
    private readonly DocumentWords _words = new(paths);

    protected override void Make(in IndexedDocument document)
    {
        _words.Read(document.Body, document.Facts, SearchLimit.None);
        Words = _words.Count;
        foreach ((string word, int occurrences) in _words.Frequencies())
        {
            Add(WordKey.Of(word), new WordCount(occurrences, Words).ToRow());
        }
    }
}
