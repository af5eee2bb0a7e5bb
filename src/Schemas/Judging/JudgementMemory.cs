using System.Runtime.InteropServices;
using System.Text.Json;

namespace DocService.Schemas.Judging;

/// <summary>The memory of one judgement: what it holds is charged, and the last long text is kept for whoever asks for it next.</summary>
/// <remarks>Owns: what it has charged, until it is disposed. Thread: one.</remarks>
/// <param name="body">The document that is judged.</param>
/// <param name="budget">Charged; null: nothing.</param>
/// <param name="taken">What the judgement has charged before.</param>
internal sealed class JudgementMemory(ReadOnlyMemory<byte> body, ByteBudget? budget, long taken) : IDisposable
{
    /// <summary>Bytes: shorter texts are gone before they matter.</summary>
    private const int LongText = 4096;

    private long _held;
    private long _textHeld;
    private string? _text;
    private int _textAt;
    private int _textBytes;

    /// <summary>False where there would never be so much for one document.</summary>
    /// <exception cref="StoreBusyException">Not at present: others hold it.</exception>
    public bool TryHold(long bytes)
    {
        long before = body.Length + taken + _held;
        if (budget is not null && !budget.TryTake(bytes, before))
        {
            if (ByteBudget.LeastFor(before + bytes) > budget.Bytes)
            {
                return false;
            }

            budget.Take(bytes, before);
        }

        _held += bytes;
        return true;
    }

    public void LetGo(long bytes)
    {
        budget?.Return(bytes);
        _held -= bytes;
    }

    /// <summary>Null where there is no room for it.</summary>
    public string? TextOf(in JsonElement value)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(value);
        return raw.Length <= LongText ? value.GetString() : IsKept(raw) ? _text : TryMakeRoom(raw) ? Keep(raw, value.GetString()!) : null;
    }

    /// <summary>Null where there is no room for it.</summary>
    public string? NameOf(in JsonProperty member)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return raw.Length <= LongText ? member.Name : IsKept(raw) ? _text : TryMakeRoom(raw) ? Keep(raw, member.Name) : null;
    }

    public void Dispose()
    {
        _text = null;
        _textHeld = 0;
        LetGo(_held);
    }

    private bool IsKept(ReadOnlySpan<byte> raw) => _text is not null && raw.Length == _textBytes && body.Span.Overlaps(raw, out int at) && at == _textAt;

    private bool TryMakeRoom(ReadOnlySpan<byte> raw)
    {
        _text = null; // one at a time
        long more = (sizeof(char) * (long)raw.Length) - _textHeld;
        if (more > 0)
        {
            if (!TryHold(more))
            {
                return false;
            }

            _textHeld += more;
        }

        return true;
    }

    private string Keep(ReadOnlySpan<byte> raw, string text)
    {
        if (body.Span.Overlaps(raw, out _textAt))
        {
            _text = text;
            _textBytes = raw.Length;
        }

        return text;
    }
}
