using DocService.Api.Configuration;
using DocService.Api.Fields;
using DocService.Storage;

namespace DocService.Api.Bulk;

/// <summary>How far the commits of one request have come, which are as many as its documents take.</summary>
/// <param name="asked">The level that the client asks for, of each.</param>
internal sealed class CommitsDone(DurabilityLevel asked)
{
    /// <summary>A commit locks each of its documents, so writers of them wait for it.</summary>
    private const int OperationsOfACommit = 500;

    public DurabilityLevel Asked { get; } = asked;

    /// <summary>Of the last one; null before the first.</summary>
    public long? Sequence { get; private set; }

    /// <summary>The lowest level that one of them has reached.</summary>
    private DurabilityLevel Reached { get; set; } = DurabilityLevel.Replicated;

    /// <summary>Operations of one commit at most.</summary>
    public static int OperationsMax(DocServiceOptions options) => Math.Min(OperationsOfACommit, options.BatchOperationsMax);

    public void Note(CommitResult result)
    {
        Sequence = result.Sequence;
        Reached = result.Level < Reached ? result.Level : Reached;
    }

    /// <summary>Status and fields of the answer to a request that is done; its body is JSON.</summary>
    public void WriteFields(HttpResponse response)
    {
        bool isBuffered = Sequence is not null && DurabilityField.IsBuffered(Asked, Reached);
        response.StatusCode = isBuffered ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        response.ContentType = "application/json";
        if (Sequence is { } sequence)
        {
            response.Headers[DurabilityField.Name] = DurabilityField.Format(Reached, sequence);
        }
    }
}
