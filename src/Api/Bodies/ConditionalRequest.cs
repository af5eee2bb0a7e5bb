using DocService.Api.Fields;
using DocService.Api.Ids;
using DocService.Api.Problems;
using DocService.Storage;

namespace DocService.Api.Bodies;

/// <summary>What a GET, HEAD or DELETE asks for, as far as its target and conditions say.</summary>
internal readonly record struct ConditionalRequest(DocumentKey Key, ConditionFields Conditions)
{
    public static Problem? TryParse(HttpContext context, out ConditionalRequest request)
    {
        request = default;
        if (DocumentTarget.TryGetKey(context, out DocumentKey key) is { } invalidId)
        {
            return invalidId;
        }

        if (ConditionFields.TryParse(context.Request.Headers, out ConditionFields conditions) is { } malformed)
        {
            return malformed;
        }

        request = new ConditionalRequest(key, conditions);
        return null;
    }
}
