using System.Globalization;

namespace DocService.Api.Commands.Parts;

/// <summary>How far a long command has come: a bar that is drawn again and again in a terminal, a line now and then elsewhere.</summary>
/// <param name="output">Where it is drawn.</param>
/// <param name="isFile">There is no terminal.</param>
/// <param name="what">What is counted.</param>
internal sealed class ProgressBar(TextWriter output, bool isFile, string what = "documents")
{
    private const int Width = 30;
    private const int StepPercent = 10; // between two lines of a file

    private int _shown = -1;

    public void Show(long done, long total)
    {
        int percent = total <= 0 ? 0 : (int)Math.Clamp(100 * done / total, 0, 100);
        if (isFile && percent / StepPercent == _shown / StepPercent && _shown >= 0)
        {
            return;
        }

        _shown = percent;
        string counts = string.Create(CultureInfo.InvariantCulture, $"{percent,3} % {done:N0} of {Math.Max(done, total):N0} {what}");
        if (isFile)
        {
            output.WriteLine(counts);
            return;
        }

        int full = Width * percent / 100;
        output.Write($"\r[{new string('#', full)}{new string('-', Width - full)}] {counts} ");
    }

    public void End()
    {
        if (!isFile && _shown >= 0)
        {
            output.WriteLine();
        }
    }
}
