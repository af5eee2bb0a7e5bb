using System.Text.Json;
using DocService.Queries.Keys;
using DocService.Queries.Paths;

namespace DocService.Queries.Indexes;

/// <summary>
/// Collects what each field of an index holds of one document: every value that an equality could name, each once.
/// Owns: the values of the document under way. Thread: its owner's.
/// </summary>
internal sealed class FieldValues(IndexDefinition definition) : PathVisitor
{
    private readonly KeyEncoder _encoder = new(definition.IsFolded);
    private readonly KeyWriter _value = new();
    private readonly HashSet<byte[]>[] _values = [.. definition.Fields.Select(_ => new HashSet<byte[]>(KeyComparer.Instance))];
    private readonly bool[] _metArray = new bool[definition.Fields.Count];

    /// <summary>One field alone has more than an index holds of a document; the walk ended there.</summary>
    public bool IsTooMany => IsDone;

    public bool[] MetArray => [.. _metArray];

    public IReadOnlyCollection<byte[]> Of(int field) => _values[field];

    public void Clear()
    {
        IsDone = false;
        Array.Clear(_metArray);
        foreach (HashSet<byte[]> values in _values)
        {
            values.Clear();
        }
    }

    /// <summary>A field that leads to nothing is null: an index holds an entry of every document.</summary>
    public void Complete()
    {
        for (int field = 0; field < _values.Length; field++)
        {
            if (_values[field].Count == 0)
            {
                Missing(field);
            }
        }
    }

    public override void Value(int path, ref Utf8JsonReader reader, bool isElement)
    {
        _metArray[path] |= isElement || (reader.TokenType == JsonTokenType.StartArray && !definition.Fields[path].Path.IsPointer);
        _value.Clear();
        Utf8JsonReader copy = reader;
        _encoder.Write(_value, ref copy);
        Add(path);
    }

    public override void Missing(int path)
    {
        _value.Clear();
        _value.Append(KeyTag.Null);
        Add(path);
    }

    public override void EnteredArray(ReadOnlySpan<int> paths)
    {
        foreach (int path in paths)
        {
            _metArray[path] |= !definition.Fields[path].Path.IsPointer;
        }
    }

    private void Add(int field)
    {
        if (definition.Fields[field].IsDescending)
        {
            _value.Complement(0);
        }

        _values[field].GetAlternateLookup<ReadOnlySpan<byte>>().Add(_value.Written);
        IsDone = _values[field].Count > IndexKeys.KeysMax;
    }
}
