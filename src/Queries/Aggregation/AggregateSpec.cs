using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using DocService.Queries.Filters;
using DocService.Queries.Paths;

namespace DocService.Queries.Aggregation;

/// <summary>What is grouped and computed: <c>{"groupBy":["country"],"compute":{"n":{"count":true},"sum":{"sum":"amount"}}}</c>. Immutable.</summary>
public sealed class AggregateSpec
{
    public const int GroupPathsMax = 16;
    public const int ComputationsMax = 64;

    private static readonly Dictionary<string, Operation> Operations = new(StringComparer.Ordinal)
    {
        ["count"] = Operation.Count,
        ["sum"] = Operation.Sum,
        ["avg"] = Operation.Avg,
        ["min"] = Operation.Min,
        ["max"] = Operation.Max,
    };

    private AggregateSpec(IReadOnlyList<DocumentPath> groupBy, IReadOnlyList<Computation> compute)
    {
        GroupBy = groupBy;
        Compute = compute;
    }

    /// <summary>Empty: all documents are one group.</summary>
    public IReadOnlyList<DocumentPath> GroupBy { get; }

    public IReadOnlyList<Computation> Compute { get; }

    public static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out AggregateSpec? spec, [NotNullWhen(false)] out QueryFault? fault)
    {
        var faults = new FaultList(QueryFault.InvalidAggregate);
        var groupBy = new List<DocumentPath>();
        var compute = new List<Computation>();
        using (JsonDocument? document = QueryJson.Parse(json, "aggregate", faults))
        {
            if (document is not null)
            {
                Read(document.RootElement, groupBy, compute, faults);
            }
        }

        fault = faults.First;
        spec = fault is null ? new AggregateSpec(groupBy, compute) : null;
        return spec is not null;
    }

    private static void Read(JsonElement root, List<DocumentPath> groupBy, List<Computation> compute, FaultList faults)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.EnumerateObject().Any())
        {
            faults.Add<object>("", "An aggregate is an object with \"groupBy\", \"compute\", or both.");
            return;
        }

        foreach (JsonProperty member in root.EnumerateObject().Where(member => member.Name is not ("groupBy" or "compute")))
        {
            faults.Add<object>(QueryFault.Step("", member.Name), $"There is no \"{member.Name}\" here, only \"groupBy\" and \"compute\".");
        }

        if (root.TryGetProperty("groupBy", out JsonElement groups)
            && PathList.Read(groups, "/groupBy", GroupPathsMax, groupBy) is { } fault)
        {
            faults.Add<object>(fault.At, fault.Detail);
        }

        if (root.TryGetProperty("compute", out JsonElement computations))
        {
            ReadComputations(computations, groupBy, compute, faults);
        }
    }

    private static void ReadComputations(JsonElement computations, List<DocumentPath> groupBy, List<Computation> compute, FaultList faults)
    {
        if (computations.ValueKind != JsonValueKind.Object)
        {
            faults.Add<object>("/compute", "\"compute\" is an object such as {\"total\":{\"sum\":\"amount\"}}.");
            return;
        }

        foreach (JsonProperty member in computations.EnumerateObject())
        {
            string pointer = QueryFault.Step("/compute", member.Name);
            if (groupBy.Exists(path => path.Text == member.Name))
            {
                faults.Add<object>(pointer, $"\"{member.Name}\" is a path of \"groupBy\" too; the result needs another name.");
            }
            else if (compute.Count == ComputationsMax)
            {
                faults.Add<object>(pointer, $"At most {ComputationsMax} values are computed.");
            }
            else if (ReadOne(member.Name, member.Value, pointer, faults) is { } computation)
            {
                compute.Add(computation);
            }
        }
    }

    private static Computation? ReadOne(string name, JsonElement value, string pointer, FaultList faults)
    {
        JsonProperty[] members = value.ValueKind == JsonValueKind.Object ? [.. value.EnumerateObject()] : [];
        if (members.Length != 1 || !Operations.TryGetValue(members[0].Name, out Operation operation))
        {
            faults.Add<object>(pointer, "A value is computed by one of {\"count\":true}, {\"count\":path}, {\"sum\":path}, {\"avg\":path}, {\"min\":path}, {\"max\":path}.");
            return null;
        }

        pointer = QueryFault.Step(pointer, members[0].Name);
        JsonElement operand = members[0].Value;
        if (operation == Operation.Count && operand.ValueKind == JsonValueKind.True)
        {
            return new Computation(name, operation, null);
        }

        if (operand.ValueKind != JsonValueKind.String)
        {
            faults.Add<object>(pointer, operation == Operation.Count ? "\"count\" takes true or a path." : $"\"{members[0].Name}\" takes a path.");
            return null;
        }

        if (!DocumentPath.TryParse(operand.GetString()!, out DocumentPath? path, out string? fault))
        {
            faults.Add<object>(pointer, fault!);
            return null;
        }

        return new Computation(name, operation, path);
    }
}
