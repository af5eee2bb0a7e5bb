using System.Collections.Frozen;
using System.Text.Json;
using DocService.Queries.Filters.Tests;
using DocService.Queries.Numbers;
using DocService.Queries.Paths;

namespace DocService.Queries.Filters;

/// <summary>Parses the operators of one path and their operands.</summary>
internal sealed class OperatorParser(FilterParser filters, TimeSpan regexTime)
{
    public const int ValuesMax = 10_000;

    /// <summary>Expressions in one filter: a large one takes some ten milliseconds to build.</summary>
    public const int PatternsMax = 50;

    /// <summary>All but <c>$and $or $nor</c>.</summary>
    public static readonly FrozenSet<string> Names = new[]
    {
        "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$type", "$size", "$all", "$elemMatch", "$mod", "$regex", "$options", "$not",
    }.ToFrozenSet(StringComparer.Ordinal);

    private int _patterns;

    private FaultList Faults => filters.Faults;

    /// <param name="path">Null: an element itself.</param>
    /// <param name="operand">An object of operators.</param>
    /// <param name="pointer">To it.</param>
    public FilterNode? ParseAll(DocumentPath? path, JsonElement operand, string pointer)
    {
        var parts = new List<FilterNode>();
        foreach (JsonProperty member in operand.EnumerateObject())
        {
            string step = QueryFault.Step(pointer, member.Name);
            if (!FilterParser.IsOperator(member.Name))
            {
                return Faults.Add<FilterNode>(step, $"Operators and the member \"{member.Name}\" stand in one object. A whole object is compared by {{\"$eq\":{{…}}}}.");
            }

            if (member.NameEquals("$options"))
            {
                if (!operand.TryGetProperty("$regex", out _))
                {
                    return Faults.Add<FilterNode>(step, "$options belongs to a $regex in the same object, and there is none.");
                }

                continue;
            }

            FilterNode? part = member.NameEquals("$regex")
                ? Regex(path, operand, pointer)
                : ParseOne(path, member.Name, member.Value, step);
            if (part is null)
            {
                return null;
            }

            parts.Add(part);
        }

        return parts is [var only] ? only : new AllOf([.. parts]);
    }

    public FilterNode? Equality(DocumentPath? path, JsonElement operand, string pointer)
    {
        Literal literal = LiteralOf(path, operand);
        return filters.Count(pointer) ? new Condition(path, new EqualTest(literal), "$eq", literal.Key, "") : null;
    }

    private FilterNode? ParseOne(DocumentPath? path, string name, JsonElement operand, string pointer) => name switch
    {
        "$eq" => Equality(path, operand, pointer),
        "$ne" => Not(Equality(path, operand, pointer)),
        "$gt" => Order(path, name, operand, pointer, wantsAbove: true, orEqual: false),
        "$gte" => Order(path, name, operand, pointer, wantsAbove: true, orEqual: true),
        "$lt" => Order(path, name, operand, pointer, wantsAbove: false, orEqual: false),
        "$lte" => Order(path, name, operand, pointer, wantsAbove: false, orEqual: true),
        "$in" => In(path, name, operand, pointer),
        "$nin" => Not(In(path, name, operand, pointer)),
        "$exists" => Exists(path, operand, pointer),
        "$type" => Type(path, operand, pointer),
        "$size" => Size(path, operand, pointer),
        "$all" => All(path, operand, pointer),
        "$elemMatch" => Element(path, operand, pointer),
        "$mod" => Mod(path, operand, pointer),
        "$not" => Negated(path, operand, pointer),
        _ => Faults.Add<FilterNode>(pointer, $"There is no operator {name}. There are {string.Join(' ', Names.Order(StringComparer.Ordinal))}. "
            + $"A value that has such a member is compared by {{\"$eq\":{{\"{name}\":…}}}}."),
    };

    private static Negation? Not(FilterNode? part) => part is null ? null : new Negation(part);

    private Condition? Order(DocumentPath? path, string name, JsonElement operand, string pointer, bool wantsAbove, bool orEqual) =>
        Condition(path, name, operand, pointer, new OrderTest(LiteralOf(path, operand), wantsAbove, orEqual));

    private Condition? In(DocumentPath? path, string name, JsonElement operand, string pointer) =>
        IsArray(name, operand, pointer)
            ? Condition(path, "$in", operand, pointer, new InTest([.. operand.EnumerateArray().Select(value => LiteralOf(path, value))]))
            : null;

    private FilterNode? Exists(DocumentPath? path, JsonElement operand, string pointer)
    {
        if (operand.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return Faults.Add<FilterNode>(pointer, "$exists takes true or false.");
        }

        Condition? exists = Condition(path, "$exists", default, pointer, ExistsTest.Instance);
        return operand.GetBoolean() ? exists : Not(exists);
    }

    private Condition? Type(DocumentPath? path, JsonElement operand, string pointer)
    {
        JsonElement[] names = operand.ValueKind == JsonValueKind.Array ? [.. operand.EnumerateArray()] : [operand];
        if (names.Length == 0 || names.Any(name => name.ValueKind != JsonValueKind.String || !TypeTest.Names.Contains(name.GetString())))
        {
            return Faults.Add<Condition>(pointer, $"$type takes one of {string.Join(", ", TypeTest.Names)}, or an array of them.");
        }

        return Condition(path, "$type", operand, pointer, new TypeTest(names.Select(name => name.GetString()!).ToHashSet(StringComparer.Ordinal)));
    }

    private Condition? Size(DocumentPath? path, JsonElement operand, string pointer) =>
        Integer(operand) is { } size and >= 0
            ? Condition(path, "$size", operand, pointer, new SizeTest(size))
            : Faults.Add<Condition>(pointer, "$size takes the number of elements, an integer from 0.");

    private FilterNode? All(DocumentPath? path, JsonElement operand, string pointer)
    {
        if (!IsArray("$all", operand, pointer))
        {
            return null;
        }

        var parts = new List<FilterNode>();
        foreach (JsonElement value in operand.EnumerateArray())
        {
            if (Equality(path, value, $"{pointer}/{parts.Count}") is not { } part)
            {
                return null;
            }

            parts.Add(part);
        }

        return parts.Count > 0 ? new AllOf([.. parts]) : new AnyOf([]); // all of no values: MongoDB finds nothing
    }

    private Condition? Element(DocumentPath? path, JsonElement operand, string pointer)
    {
        if (operand.ValueKind != JsonValueKind.Object)
        {
            return Faults.Add<Condition>(pointer, "$elemMatch takes an object: a filter of the elements' members, or operators on the elements.");
        }

        return filters.ParseElement(operand, pointer, out bool isOfMembers) is { } filter
            ? Condition(path, "$elemMatch", default, pointer, new ElementTest(filter, isOfMembers), filter.Canonical)
            : null;
    }

    private Condition? Mod(DocumentPath? path, JsonElement operand, string pointer)
    {
        if (operand.ValueKind != JsonValueKind.Array || operand.GetArrayLength() != 2
            || Integer(operand[0]) is not { } divisor || Integer(operand[1]) is not { } remainder)
        {
            return Faults.Add<Condition>(pointer, "$mod takes two integers of at most 64 bits, [divisor, remainder].");
        }

        return divisor != 0
            ? Condition(path, "$mod", operand, pointer, new ModTest(divisor, remainder))
            : Faults.Add<Condition>($"{pointer}/0", "The divisor of $mod must not be 0.");
    }

    private Condition? Regex(DocumentPath? path, JsonElement operators, string pointer)
    {
        JsonElement pattern = operators.GetProperty("$regex");
        if (pattern.ValueKind != JsonValueKind.String)
        {
            return Faults.Add<Condition>($"{pointer}/$regex", "$regex takes a string.");
        }

        if (++_patterns > PatternsMax)
        {
            return Faults.Add<Condition>($"{pointer}/$regex", $"The filter has more than {PatternsMax} regular expressions. One can hold several ways: \"^(a|b)\".");
        }

        string letters = "";
        if (operators.TryGetProperty("$options", out JsonElement options))
        {
            if (options.ValueKind != JsonValueKind.String || !RegexPattern.AreOptions(options.GetString()!))
            {
                return Faults.Add<Condition>($"{pointer}/$options", "$options takes a string of the letters i, m and s, each at most once.");
            }

            letters = string.Concat(options.GetString()!.Order());
        }

        return RegexPattern.TryBuild(pattern.GetString()!, letters, regexTime, out System.Text.RegularExpressions.Regex? regex, out string? fault)
            ? Condition(path, "$regex", pattern, $"{pointer}/$regex", new RegexTest(regex), letters)
            : Faults.Add<Condition>($"{pointer}/$regex", fault);
    }

    private Negation? Negated(DocumentPath? path, JsonElement operand, string pointer)
    {
        if (operand.ValueKind != JsonValueKind.Object || !operand.EnumerateObject().Any())
        {
            return Faults.Add<Negation>(pointer, "$not takes an object of at least one operator, as in {\"age\":{\"$not\":{\"$gt\":5}}}.");
        }

        return filters.Count(pointer) ? Not(ParseAll(path, operand, pointer)) : null;
    }

    private bool IsArray(string name, JsonElement operand, string pointer)
    {
        if (operand.ValueKind != JsonValueKind.Array)
        {
            Faults.Add<object>(pointer, $"{name} takes an array of values.");
            return false;
        }

        if (operand.GetArrayLength() > ValuesMax)
        {
            Faults.Add<object>(pointer, $"{name} has {operand.GetArrayLength()} values; at most {ValuesMax} are allowed.");
            return false;
        }

        return true;
    }

    private Condition? Condition(DocumentPath? path, string name, JsonElement operand, string pointer, ValueTest test, string more = "")
    {
        byte[]? value = operand.ValueKind == JsonValueKind.Undefined ? null : Literal.Of(operand).Key;
        return filters.Count(pointer) ? new Condition(path, test, name, value, more) : null;
    }

    /// <summary>Times are compared as texts of one form, so a time that somebody wrote is brought into it.</summary>
    private static Literal LiteralOf(DocumentPath? path, JsonElement value) =>
        path?.Fact is DocumentFact.Created or DocumentFact.Modified && value.ValueKind == JsonValueKind.String
            ? Literal.OfText(DocumentFacts.Comparable(value.GetString()!))
            : Literal.Of(value);

    /// <summary>By value: 4, 4.0 and 40e-1 are one.</summary>
    private static long? Integer(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        ExactNumber number = ExactNumber.Read(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value));
        return number.TryGetInteger(out long integer) ? integer : null;
    }
}
