using DocService.Index.Finding;
namespace DocService.Index.Answering;

/// <summary>Takes what a search finds, in its order. It must not block.</summary>
public interface IResultSink
{
    /// <summary>Nothing more is wanted for now.</summary>
    bool IsFull { get; }

    void Document(in FoundDocument document);

    /// <summary>What the ids of several documents begin with, up to and with the delimiter; in UTF-8.</summary>
    void Folder(ReadOnlySpan<byte> beginning);
}
