using System.Reflection;
using DocService.Storage;

namespace DocService.Api.Tests.Support;

/// <summary>A store before whose first commit of so many operations something else happens.</summary>
public class MeddledStore : DispatchProxy
{
    private IDocumentStore _inner = null!;
    private Func<IDocumentStore, Task>? _before;
    private Action<IReadOnlyCollection<DocumentOperation>>? _beforeEach;
    private int _operations;

    internal static Func<IDocumentStore, IDocumentStore> Before(int operations, Func<IDocumentStore, Task> before) => inner =>
    {
        IDocumentStore store = Create<IDocumentStore, MeddledStore>();
        var meddled = (MeddledStore)(object)store;
        (meddled._inner, meddled._before, meddled._operations) = (inner, before, operations);
        return store;
    };

    /// <summary>The same before each commit; it may throw in the store's place.</summary>
    internal static Func<IDocumentStore, IDocumentStore> BeforeEach(Action<IReadOnlyCollection<DocumentOperation>> before) => inner =>
    {
        IDocumentStore store = Create<IDocumentStore, MeddledStore>();
        var meddled = (MeddledStore)(object)store;
        (meddled._inner, meddled._beforeEach) = (inner, before);
        return store;
    };

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (args is [IReadOnlyCollection<DocumentOperation> operations, ..] && operations.Count == _operations && Interlocked.Exchange(ref _before, null) is { } before)
        {
            before(_inner).GetAwaiter().GetResult();
        }

        if (args is [IReadOnlyCollection<DocumentOperation> each, ..])
        {
            _beforeEach?.Invoke(each);
        }

        try
        {
            return targetMethod!.Invoke(_inner, args);
        }
        catch (TargetInvocationException exception) when (exception.InnerException is { } inner)
        {
            throw inner;
        }
    }
}
