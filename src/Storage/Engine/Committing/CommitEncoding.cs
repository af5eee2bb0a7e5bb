using DocService.Storage.Engine.Requests;
using DocService.Storage.Journal.Writing;

namespace DocService.Storage.Engine.Committing;

/// <summary>From what was judged to the commit that the journal takes: its operations, and what is remembered with it.</summary>
internal static class CommitEncoding
{
    /// <summary>Null where nothing is to be written, and nothing to be remembered.</summary>
    public static Commit? Encode(JudgedWrite write, bool isBuffered, RequestTurn? request, DateTimeOffset now)
    {
        int payloadBytes = 0;
        int writes = 0;
        foreach (JudgedOperation judged in write.Operations)
        {
            payloadBytes += judged.PayloadBytes;
            writes += judged.Writes ? 1 : 0;
        }

        if (writes == 0 && request is null)
        {
            return null;
        }

        DocumentKey? nothing = writes == 0 ? write.DeleteNothing(request!.Key) : null;
        byte[] remembered = request is null ? [] : request.Encode(write.ToRemembered());
        payloadBytes += nothing is { } key ? Commit.MeasureDelete(key) : 0;
        var commit = new Commit(payloadBytes + remembered.Length + write.Fields.Length, Math.Max(writes, 1)) { IsBuffered = isBuffered };
        foreach (JudgedOperation judged in write.Operations)
        {
            if (judged.Info is { } info)
            {
                commit.AddPut(judged.Operation.Key, info, judged.Current.IsUnreadable, ((PutOperation)judged.Operation).Content.Body.Span);
            }
            else if (judged.Writes)
            {
                commit.AddDelete(judged.Operation.Key, now, judged.Current.IsUnreadable);
            }
        }

        if (nothing is { } deleted)
        {
            commit.AddDelete(deleted, now, keepsEvidence: false);
        }

        commit.AddFields(remembered); // kinds ascend: rules have those behind it
        commit.AddFields(write.Fields);
        commit.Close();
        return commit;
    }
}
