using System.Buffers;
using System.Text;
using DocService.Api.Answers;
using DocService.Api.Problems;
using DocService.Index.Feeding;

namespace DocService.Api.Changes;

/// <summary>Writes changes, and what else a stream says, as server-sent events.</summary>
/// <remarks>
/// Owns: the writer; outputs are its caller's. Thread: one at a time.
/// Invariant: only the last event of a commit has an id. A client that is cut off between two events of one commit gets all of
/// that commit again.
/// </remarks>
internal sealed class EventWriter(ChangesForm form) : IChangeSink, IDisposable
{
    /// <summary>What is sent at once: the web server takes it in one go from a client that reads.</summary>
    private const long PieceBytes = 48 * 1024;

    private readonly ChangeWriter _writer = new(form.Query.Include, isLine: true);
    private IBufferWriter<byte>? _output;
    private AnswerBuffer? _piece;
    private bool _isOpen; // an event has been written but for its last line

    /// <summary>The last id that has been written.</summary>
    public FeedPosition Id { get; private set; }

    public bool IsFull => _piece?.Length >= PieceBytes;

    private IBufferWriter<byte> Output => _output ?? throw new InvalidOperationException("There is no output.");

    /// <summary>Changes that are written from now on go there.</summary>
    public void Begin(AnswerBuffer piece)
    {
        _piece = piece;
        Begin((IBufferWriter<byte>)piece);
    }

    /// <summary>What is written from now on goes there.</summary>
    public void Begin(IBufferWriter<byte> output)
    {
        _output = output;
        _isOpen = false; // what was left open with an output before has not been sent
    }

    public void Change(in FoundChange change)
    {
        Output.Write(_isOpen ? "\ndata: "u8 : "data: "u8);
        _writer.Write(change, Output);
        Output.Write("\n"u8);
        _isOpen = true;
    }

    public void EndCommit(FeedPosition position)
    {
        if (_isOpen)
        {
            WriteId(position);
            Output.Write("\n"u8);
            _isOpen = false;
        }
    }

    /// <summary>Where the client stands, which it may not have learned from changes.</summary>
    /// <param name="position">Behind the last commit that has been told or passed.</param>
    /// <param name="through">How far there are changes.</param>
    public void Progress(FeedPosition position, FeedPosition through)
    {
        Output.Write("event: progress\ndata: {\"next\":\""u8);
        WritePosition(position);
        Output.Write("\",\"through\":\""u8);
        WritePosition(through);
        Output.Write("\"}\n"u8);
        WriteId(position);
        Output.Write("\n"u8);
    }

    /// <summary>Where the client begins, which no client shows: it sends this id if it is cut off before the end of its first commit.</summary>
    public void Begin(FeedPosition position)
    {
        WriteId(position);
        Output.Write("\n"u8);
    }

    /// <summary>Says that the connection lives; no client shows it.</summary>
    public void Comment() => Output.Write(":\n\n"u8);

    /// <summary>In place of 410: the client begins again, at the position that the event has as its id.</summary>
    public void Reset(Problem problem, string? pathBase)
    {
        Output.Write("event: reset\ndata: "u8);
        Output.Write(ProblemWriter.Encode(problem, pathBase));
        Output.Write("\nid: 0\n\n"u8);
    }

    /// <summary>In place of 503: the client comes again.</summary>
    public void Unavailable(Problem problem, string? pathBase)
    {
        Output.Write("event: unavailable\nretry: "u8);
        Output.Write(Encoding.ASCII.GetBytes($"{1000 * (problem.RetryAfterSeconds ?? 5)}"));
        Output.Write("\ndata: "u8);
        Output.Write(ProblemWriter.Encode(problem, pathBase));
        Output.Write("\n\n"u8);
    }

    public void Dispose() => _writer.Dispose();

    private void WriteId(FeedPosition position)
    {
        Output.Write("id: "u8);
        WritePosition(position);
        Output.Write("\n"u8);
        Id = position;
    }

    private void WritePosition(FeedPosition position) => Output.Write(Encoding.ASCII.GetBytes(PositionText.Write(position)));
}
