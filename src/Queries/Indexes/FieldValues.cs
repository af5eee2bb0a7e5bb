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
    private readonly Dictionary<byte[], Range?>[] _values = [.. definition.Fields.Select(_ => new Dictionary<byte[], Range?>(KeyComparer.Instance))];
    private readonly bool[] _metArray = new bool[definition.Fields.Count];

    /// <summary>One field alone has more than an index holds of a document; the walk ended there.</summary>
    public bool IsTooMany => IsDone;

    public bool[] MetArray => [.. _metArray];

    /// <summary>Each with where it stands in the document; null where it takes no part in uniqueness: it is null, or an array as a whole.</summary>
    public IReadOnlyDictionary<byte[], Range?> Of(int field) => _values[field];

    public void Clear()
    {
        IsDone = false;
        Array.Clear(_metArray);
        foreach (Dictionary<byte[], Range?> values in _values)
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
        bool isWholeArray = reader.TokenType == JsonTokenType.StartArray && !isElement && !definition.Fields[path].Path.IsPointer;
        _metArray[path] |= isElement || isWholeArray;
        _value.Clear();
        Utf8JsonReader copy = reader;
        _encoder.Write(_value, ref copy);
        Add(path, isWholeArray || reader.TokenType == JsonTokenType.Null ? null : (int)reader.TokenStartIndex..(int)copy.BytesConsumed);
    }

    public override void Missing(int path)
    {
        _value.Clear();
        _value.Append(KeyTag.Null);
        Add(path, null);
    }

    public override void EnteredArray(ReadOnlySpan<int> paths)
    {
        foreach (int path in paths)
        {
            _metArray[path] |= !definition.Fields[path].Path.IsPointer;
        }
    }

    private void Add(int field, Range? place)
    {
        if (definition.Fields[field].IsDescending)
        {
            _value.Complement(0);
        }

        Dictionary<byte[], Range?>.AlternateLookup<ReadOnlySpan<byte>> values = _values[field].GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!values.TryAdd(_value.Written, place) && values[_value.Written] is null)
        {
            values[_value.Written] = place; // once as a whole array, once as an element of another
        }

        IsDone = _values[field].Count > IndexKeys.KeysMax;
    }
}
