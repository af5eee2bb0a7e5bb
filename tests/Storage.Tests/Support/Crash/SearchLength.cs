using System.Globalization;

namespace DocService.Storage.Tests.Support.Crash;

/// <summary>How far the searches of the nets go. Each has as many seeds, orders and states as notice what they must; <c>DOCSERVICE_SEARCH=10</c> makes it ten times as many.</summary>
internal static class SearchLength
{
    /// <summary>1 or more; 1 where nothing else is asked for.</summary>
    public static int Factor { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("DOCSERVICE_SEARCH"), NumberStyles.None, CultureInfo.InvariantCulture, out int factor) && factor > 0 ? factor : 1;

    /// <summary>So many in every run, and <see cref="Factor"/> times as many when asked for.</summary>
    public static int Times(int usual) => checked(usual * Factor);
}
