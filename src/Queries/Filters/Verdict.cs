using System.Text.Json;
using DocService.Queries.Filters.Tests;
using DocService.Queries.Paths;

namespace DocService.Queries.Filters;

/// <summary>
/// Judges one value after another by a filter: conditions become true when a value fulfils them, false when nothing
/// more can come, and decide what stands above them.
/// Owns: what is decided of the value under way. Thread: its matcher's.
/// </summary>
internal sealed class Verdict : PathVisitor
{
    private readonly FilterProgram _program;
    private readonly MatchScratch _scratch;
    private readonly PathWalk _walk;
    private readonly Verdict?[] _ofElements; // of each $elemMatch
    private readonly int[] _partsLeft;
    private readonly bool[] _decided;
    private bool _answer;

    public Verdict(FilterProgram program, MatchScratch scratch)
    {
        _program = program;
        _scratch = scratch;
        _walk = new PathWalk(program.Tree, this);
        _ofElements = [.. program.Nodes.Select(node => node.Test is ElementTest test ? new Verdict(new FilterProgram(test.Filter), scratch) : null)];
        _partsLeft = new int[program.Nodes.Length];
        _decided = new bool[program.Nodes.Length];
    }

    public bool OfDocument(ReadOnlySpan<byte> document, in DocumentFacts facts)
    {
        Begin();
        if (!IsDone)
        {
            _walk.Document(document, facts, _scratch.Limit);
        }

        return End();
    }

    public override void Value(int path, ref Utf8JsonReader reader, bool isElement) => Try(_program.ByPath[path], ref reader, isElement);

    public override void Missing(int path)
    {
        foreach (int node in _program.ByPath[path])
        {
            if (!_decided[node] && _program.Nodes[node].Test!.MatchesMissing)
            {
                Decide(node, true);
            }
        }
    }

    public override void Completed(ReadOnlySpan<int> paths)
    {
        foreach (int path in paths)
        {
            foreach (int node in _program.ByPath[path])
            {
                Decide(node, false);
            }
        }
    }

    /// <summary>An element of an array, from a copy of the reader.</summary>
    private bool OfElement(Utf8JsonReader reader)
    {
        Begin();
        if (!IsDone)
        {
            Try(_program.OfValue, ref reader, isElement: false);
        }

        if (!IsDone)
        {
            _walk.Value(ref reader, isElement: true, _scratch.Limit);
        }

        return End();
    }

    private void Try(int[] conditions, ref Utf8JsonReader reader, bool isElement)
    {
        foreach (int node in conditions)
        {
            if (_decided[node])
            {
                continue;
            }

            ValueTest test = _program.Nodes[node].Test!;
            if (isElement && test.IsOfWholeValues)
            {
                continue;
            }

            if (test is ElementTest elements ? HasElement(elements, _ofElements[node]!, ref reader) : test.Matches(ref reader, _scratch))
            {
                Decide(node, true);
                if (IsDone)
                {
                    return;
                }
            }
        }
    }

    private bool HasElement(ElementTest test, Verdict verdict, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        Utf8JsonReader elements = reader;
        while (elements.Read() && elements.TokenType != JsonTokenType.EndArray)
        {
            _scratch.Limit.Step();
            bool mayMatch = !test.IsOfMembers || elements.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (mayMatch && verdict.OfElement(elements))
            {
                return true;
            }

            elements.Skip();
        }

        return false;
    }

    private void Begin()
    {
        IsDone = false;
        Array.Clear(_decided);
        for (int i = 0; i < _partsLeft.Length; i++)
        {
            _partsLeft[i] = _program.Nodes[i].Parts;
        }

        foreach (int constant in _program.Constants)
        {
            Decide(constant, _program.Nodes[constant].Kind == FilterProgram.Kind.All);
        }
    }

    private bool End()
    {
        for (int node = 0; node < _decided.Length && !IsDone; node++)
        {
            if (_program.Nodes[node].Test is not null)
            {
                Decide(node, false);
            }
        }

        return _answer;
    }

    /// <summary>Climbs from a decided node as far as it decides what is above.</summary>
    private void Decide(int node, bool value)
    {
        while (!IsDone && !_decided[node])
        {
            _decided[node] = true;
            int parent = _program.Nodes[node].Parent;
            if (parent < 0)
            {
                _answer = value;
                IsDone = true;
                return;
            }

            switch (_program.Nodes[parent].Kind)
            {
                case FilterProgram.Kind.Not:
                    value = !value;
                    break;
                case FilterProgram.Kind.All when value && --_partsLeft[parent] > 0:
                case FilterProgram.Kind.Any when !value && --_partsLeft[parent] > 0:
                    return;
            }

            node = parent;
        }
    }
}
