using System.Globalization;
using DocService.Api.Problems;
using DocService.Collections.Definitions;
using DocService.Index.Finding;
using DocService.Index.Planning;
using DocService.Queries;
using DocService.Queries.Aggregation;
using DocService.Queries.Filters;
using DocService.Queries.Ordering;
using DocService.Queries.Selection;
using DocService.Queries.Words;

namespace DocService.Api.Queries;

/// <summary>Puts a query together from its parts, in whichever order and form they come, and judges each and all.</summary>
/// <param name="isInBody">Where the parts stand, for problems.</param>
/// <param name="regexTime">The longest that a pattern may take on one value.</param>
internal sealed class FormBuilder(bool isInBody, TimeSpan regexTime)
{
    /// <summary>Longest delimiter in characters; one is usual.</summary>
    private const int DelimiterMax = 64;

    private readonly SaidParts _said = new();
    private DocumentQuery _query = new();
    private QueryForm _form = new() { Query = new DocumentQuery(), Said = new SaidParts() };

    /// <summary>Notes that a part was said, and how.</summary>
    public void Say(string name, ReadOnlySpan<byte> text) => _said.Add(name, text);

    public bool Has(string name) => _said.Has(name);

    /// <summary>A part whose value is text in both forms.</summary>
    public Problem? SetText(string name, string text) => name switch
    {
        "prefix" => SetId(name, text, id => _query = _query with { Prefix = id }),
        "collection" => CollectionName.IsValid(text) ? Set(_form with { Collection = text }) : Refuse(name, $"The name of a collection is {CollectionName.Rule}."),
        "search" => TextQuery.TryParse(text, out TextQuery? words, out string? fault) ? Set(_form with { Search = words }) : Refuse(name, fault),
        "index" => CollectionName.IsValid(text) ? Set(_form with { TextIndex = text }) : Refuse(name, $"The name of an index is {CollectionName.Rule}."),
        "after" => SetId(name, text, id => _query = _query with { After = id }),
        "to" => SetId(name, text, id => _query = _query with { To = id }),
        "delimiter" => SetDelimiter(text),
        "include" => SetInclude(text),
        "cursor" => Set(_form with { Cursor = text }),
        "consistency" => text == "eventual" ? Set(_form with { IsEventual = true }) : Refuse(name, "'consistency' can be 'eventual'; without it an answer has every write acknowledged before it."),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public Problem? SetFlag(string name, bool value) => name switch
    {
        "reverse" => SetQuery(_query with { IsReversed = value }),
        "count" => Set(_form with { IsCounted = value }),
        "explain" => Set(_form with { IsExplained = value }),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    public Problem? SetLimit(long value) => value is >= 1 and <= QueryForm.LimitMax ? Set(_form with { Limit = (int)value }) : RefuseLimit();

    /// <summary>The same from the text of a parameter.</summary>
    public Problem? SetLimit(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) ? SetLimit(limit) : RefuseLimit();

    public Problem? RefuseLimit() => Refuse("limit", $"'limit' is a whole number from 1 to {QueryForm.LimitMax}.");

    public Problem? SetFilter(ReadOnlyMemory<byte> json) =>
        Filter.TryParse(json, regexTime, out Filter? filter, out QueryFault? fault) ? SetQuery(_query with { Filter = filter }) : Fault("filter", fault);

    public Problem? SetSort(string text) =>
        SortOrder.TryParse(text, out SortOrder? sort, out QueryFault? fault) ? SetQuery(_query with { Sort = sort }) : Fault("sort", fault);

    public Problem? SetSort(ReadOnlyMemory<byte> json) =>
        SortOrder.TryParse(json, out SortOrder? sort, out QueryFault? fault) ? SetQuery(_query with { Sort = sort }) : Fault("sort", fault);

    public Problem? SetSelect(string text) =>
        SelectedPaths.TryParse(text, out SelectedPaths? select, out QueryFault? fault) ? Set(_form with { Select = select }) : Fault("select", fault);

    public Problem? SetSelect(ReadOnlyMemory<byte> json) =>
        SelectedPaths.TryParse(json, out SelectedPaths? select, out QueryFault? fault) ? Set(_form with { Select = select }) : Fault("select", fault);

    public Problem? SetAggregate(ReadOnlyMemory<byte> json) =>
        AggregateSpec.TryParse(json, out AggregateSpec? spec, out QueryFault? fault) ? Set(_form with { Aggregate = spec }) : Fault("aggregate", fault);

    public Problem? Refuse(string name, string detail) => QueryProblems.Value(new QueryPlace(name, isInBody), detail);

    /// <summary>The whole, or what does not go together.</summary>
    public Problem? Finish(out QueryForm form)
    {
        form = _form with { Query = _query, IsInBody = isInBody, Said = _said };
        return FindConflict();
    }

    private Problem? FindConflict()
    {
        if (_form.Search is null ? _form.TextIndex is not null : _form.Collection is null)
        {
            return _form.Search is null ? Refuse("index", "'index' names the text index of a 'search'.") : Refuse("search", "'search' needs 'collection', whose text index it reads.");
        }

        if (_form.Search is not null)
        {
            string? ordered = Array.Find(["reverse", "after", "to", "delimiter"], Has);
            if (ordered is not null)
            {
                return Refuse(ordered, $"'{ordered}' is about the order of ids and does not go with 'search'.");
            }

            if (_query.Sort is null && Has("cursor"))
            {
                return Refuse("cursor", "A search by rank has no further pages, because ranks move when others write. With 'sort' it has.");
            }
        }

        if (_query.Sort is not null)
        {
            string? turned = Array.Find(["reverse", "after", "to", "delimiter"], Has);
            if (turned is not null)
            {
                return Refuse(turned, $"'{turned}' is about the order of ids and does not go with 'sort'.");
            }
        }

        if (_query.Delimiter.Length > 0 && _form.IsCounted)
        {
            return Refuse("count", "'count' counts documents and does not go with 'delimiter', which folds them.");
        }

        if (_form.Select is not null && _form.Include is not IncludedPart.Body)
        {
            return Refuse("select", "'select' takes members of the body and goes with include=body alone.");
        }

        string? besideAggregate = _form.Aggregate is null ? null : Array.Find(["sort", "reverse", "delimiter", "select", "include", "limit", "cursor"], Has);
        return besideAggregate is null ? null : Refuse(besideAggregate, $"'{besideAggregate}' is about documents and does not go with 'aggregate'.");
    }

    private Problem? SetId(string name, string text, Action<string> set)
    {
        if (!DocumentKey.TryCreate(text, out _, out InvalidId? error))
        {
            return QueryProblems.Id(new QueryPlace(name, isInBody), error);
        }

        set(text);
        return null;
    }

    private Problem? SetDelimiter(string text) =>
        text.Length is 0 or > DelimiterMax || text.AsSpan().ContainsAnyInRange('\0', '\x1F')
            ? Refuse("delimiter", $"'delimiter' is text of 1 to {DelimiterMax} characters without control characters, such as '/'.")
            : SetQuery(_query with { Delimiter = text });

    private Problem? SetInclude(string text)
    {
        IncludedPart? part = text switch
        {
            "body" => IncludedPart.Body,
            "raw" => IncludedPart.Raw,
            "info" => IncludedPart.Info,
            "id" => IncludedPart.Id,
            _ => null,
        };
        return part is { } included ? Set(_form with { Include = included }) : Refuse("include", "'include' is 'body', 'raw', 'info' or 'id'.");
    }

    private Problem? Fault(string name, QueryFault fault) => QueryProblems.Fault(new QueryPlace(name, isInBody), fault);

    private Problem? Set(QueryForm form)
    {
        _form = form;
        return null;
    }

    private Problem? SetQuery(DocumentQuery query)
    {
        _query = query;
        return null;
    }
}
