namespace DocService.Storage.Tests.Support;

/// <summary>What the contract's tests need to know of this engine.</summary>
internal static partial class TestDocuments
{
    /// <summary>The best level of this engine.</summary>
    public const DurabilityLevel Best = DurabilityLevel.Durable;
}
