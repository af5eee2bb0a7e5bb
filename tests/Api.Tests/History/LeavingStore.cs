using System.Reflection;
using DocService.Storage;

namespace DocService.Api.Tests.History;

/// <summary>A store that cannot drop anything yet, as long as it is told so.</summary>
public class LeavingStore : DispatchProxy
{
    private IDocumentStore _inner = null!;

    /// <summary>How often it was asked to drop.</summary>
    internal int Asked { get; private set; }

    internal bool Leaves { get; set; } = true;

    /// <summary>Thrown in place of dropping; null: nothing.</summary>
    internal Exception? Refusal { get; set; }

    /// <summary>Of whom alone <see cref="Refusal"/> is; null: of all.</summary>
    internal string? RefusedId { get; set; }

    /// <summary>Left, while all others are dropped.</summary>
    internal long? LeftVersion { get; set; }

    /// <param name="inner">Does everything else.</param>
    /// <param name="made">Gets the store in front of it.</param>
    internal static IDocumentStore Before(IDocumentStore inner, out LeavingStore made)
    {
        IDocumentStore store = Create<IDocumentStore, LeavingStore>();
        made = (LeavingStore)(object)store;
        made._inner = inner;
        return store;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name == nameof(IDocumentStore.DropVersionsAsync))
        {
            Asked++;
            var versions = (IReadOnlyList<KeptVersion>)args![0]!;
            if (Refusal is { } refusal && (RefusedId is null || versions.Any(version => version.Key.Id == RefusedId)))
            {
                throw refusal;
            }

            if (Leaves)
            {
                return new ValueTask<IReadOnlyList<KeptVersion>>(versions);
            }

            KeptVersion[] left = [.. versions.Where(version => version.Version == LeftVersion)];
            if (left.Length > 0)
            {
                return new ValueTask<IReadOnlyList<KeptVersion>>(LeaveAsync(left, [.. versions.Except(left)]));
            }
        }

        try
        {
            return targetMethod.Invoke(_inner, args);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } inner)
        {
            throw inner;
        }
    }

    private async Task<IReadOnlyList<KeptVersion>> LeaveAsync(KeptVersion[] left, KeptVersion[] others) =>
        [.. left, .. await _inner.DropVersionsAsync(others, default)];
}
