namespace DocService.Api.Configuration;

/// <summary>The section <c>Cors</c> below <c>DocService</c>.</summary>
internal sealed class CrossOriginOptions
{
    /// <summary>Origins whose pages may use the server from a browser, or <c>*</c> alone for all; none: pages of no other origin.</summary>
    public string[] Origins { get; set; } = [];
}
