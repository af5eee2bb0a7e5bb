using System.Buffers;
using System.Text;
using DocService.Api.Answers;
using DocService.Index.Feeding;

namespace DocService.Api.Changes;

/// <summary>The changes of a page, as the elements of a JSON array.</summary>
/// <remarks>Owns: the writer; the output is its caller's. Thread: one at a time.</remarks>
internal sealed class ChangePage(ChangesForm form, AnswerBuffer output) : IChangeSink, IDisposable
{
    /// <summary>A page ends when it holds so much, or at the next end of a commit.</summary>
    private const long BytesMax = 16L << 20;

    private readonly ChangeWriter _writer = new(form.Query.Include, isLine: false);

    public int Count { get; private set; }

    public bool IsFull => Count >= form.Limit || output.Length >= BytesMax;

    public void Change(in FoundChange change)
    {
        output.Write(Count++ == 0 ? "{\"changes\":["u8 : ","u8);
        _writer.Write(change, output);
    }

    public void EndCommit(FeedPosition position)
    {
    }

    /// <summary>The rest of the answer.</summary>
    public void Finish(FeedPosition next, FeedPosition through)
    {
        output.Write(Count == 0 ? "{\"changes\":[],\"next\":\""u8 : "],\"next\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(PositionText.Write(next)));
        output.Write("\",\"through\":\""u8);
        output.Write(Encoding.ASCII.GetBytes(PositionText.Write(through)));
        output.Write("\"}"u8);
    }

    public void Dispose() => _writer.Dispose();
}
