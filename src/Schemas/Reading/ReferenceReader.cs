using System.Globalization;
using System.Text.Json;
using DocService.Schemas.Judging;

namespace DocService.Schemas.Reading;

/// <summary>Follows references within a schema. One that leads out of it is a fault: nothing is ever fetched.</summary>
internal sealed class ReferenceReader(SchemaReader reader, IReadOnlyDictionary<string, SchemaResource> resources)
{
    private const int ShownMax = 200;

    public void Follow(PendingReference reference)
    {
        SchemaPlace at = reference.Keyword.Place;
        string shown = reference.Text.Length <= ShownMax ? reference.Text : $"{reference.Text[..ShownMax]}…";
        if (!SchemaUri.TryResolve(reference.From.Uri, reference.Text, out Uri? uri, out string fragment))
        {
            reader.Report(at, "A reference is a string with a URI, such as \"#/$defs/address\".");
            return;
        }

        if (!resources.TryGetValue(uri.AbsoluteUri, out SchemaResource? resource))
        {
            reader.Report(at, $"'{shown}' is not in this schema, and the server fetches none: put what it means into $defs.");
            return;
        }

        reference.Keyword.Target = Find(resource, fragment);
        if (reference.Keyword.Target is null)
        {
            reader.Report(at, $"'{shown}' leads to no schema.");
            return;
        }

        bool isDynamic = reference.IsDynamic && resource.DynamicAnchors.TryGetValue(fragment, out SchemaNode? anchored) && anchored == reference.Keyword.Target;
        reference.Keyword.DynamicAnchor = isDynamic ? fragment : null;
    }

    private SchemaNode? Find(SchemaResource resource, string fragment)
    {
        if (fragment.Length > 0 && fragment[0] != '/')
        {
            return resource.Anchors.GetValueOrDefault(fragment);
        }

        SchemaPlace place = resource.Place;
        JsonElement element = resource.Element;
        SchemaResource nearest = resource;
        foreach (string step in fragment.Split('/').Skip(1).Select(Pointers.Unescape))
        {
            if (!TryStep(ref element, step))
            {
                return null;
            }

            place = place.To(step);
            nearest = place.Node?.Resource ?? nearest;
        }

        // It may stand where no keyword looks for a schema: then it is read now.
        return element.ValueKind is JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False ? reader.Read(element, place, nearest) : null;
    }

    private static bool TryStep(ref JsonElement element, string step)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            bool isIndex = int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < element.GetArrayLength();
            element = isIndex ? element[index] : element;
            return isIndex;
        }

        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(step, out element);
    }
}
