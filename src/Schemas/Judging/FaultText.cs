using System.Globalization;
using System.Runtime.CompilerServices;

namespace DocService.Schemas.Judging;

/// <summary>The words of a fault, made only if they are wanted: most schemas that do not hold are one branch of several.</summary>
[InterpolatedStringHandler]
internal ref struct FaultText
{
    private DefaultInterpolatedStringHandler _text;

    public FaultText(int literalLength, int formattedCount, Evaluation run, out bool isWanted)
    {
        isWanted = run.SeeksMore;
        _text = isWanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public string Finish() => _text.ToStringAndClear();
}
