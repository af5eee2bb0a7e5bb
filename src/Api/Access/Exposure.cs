namespace DocService.Api.Access;

/// <summary>Where the server is going to listen, as far as other machines can reach it.</summary>
/// <param name="Addresses">Those that are not of loopback; none where that is not known, inside another process.</param>
internal sealed record Exposure(IReadOnlyList<string> Addresses)
{
    public static Exposure None { get; } = new([]);
}
