using System.Text;

namespace DocService.Schemas.Judging;

/// <summary>Where something stands in a schema. There is one for each place, and its pointer is made only when it is asked for: names can be long.</summary>
internal sealed class SchemaPlace
{
    private readonly SchemaPlace? _parent;
    private readonly string _step;
    private Dictionary<string, SchemaPlace>? _children;

    private SchemaPlace(SchemaPlace? parent, string step)
    {
        _parent = parent;
        _step = step;
    }

    /// <summary>The schema that stands here; null where none has been read.</summary>
    public SchemaNode? Node { get; set; }

    public static SchemaPlace NewRoot() => new(null, "");

    public SchemaPlace To(string step)
    {
        _children ??= new Dictionary<string, SchemaPlace>(StringComparer.Ordinal);
        if (!_children.TryGetValue(step, out SchemaPlace? child))
        {
            child = new SchemaPlace(this, step);
            _children.Add(step, child);
        }

        return child;
    }

    /// <summary>A JSON Pointer from the root of the schema.</summary>
    public override string ToString()
    {
        var steps = new Stack<string>();
        for (SchemaPlace place = this; place._parent is not null; place = place._parent)
        {
            steps.Push(place._step);
        }

        var pointer = new StringBuilder();
        foreach (string step in steps)
        {
            pointer.Append('/').Append(Pointers.Escape(step));
        }

        return pointer.ToString();
    }
}
