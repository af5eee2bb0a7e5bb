using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using DocService.Api.Json;

namespace DocService.Api.Tests.Json;

/// <summary>Seeded mutations of good documents: the checker and the framework's slower way must agree on every one.</summary>
public sealed class StrictJsonComparisonTests
{
    private const int Depth = 16;

    private static readonly string[] Seeds =
    [
        "{\"a\":1,\"b\":[true,false,null],\"c\":{\"a\":\"x\",\"b\":-1.5e+10}}",
        "[{\"k\":\"\\u0061\\n\\uD83D\\uDE00\"},{\"k\":\"\u00e9\u20ac\U0001F600\"},\"\\\\uD800\"]",
        "{\"a\":1,\"\\u0061b\":2,\"ab\\u0000\":3,\"\":{\"\":{\"\":[]}}}",
        " [ 0 , -0 , 1E400 , \"\" , { } , [ ] ]\r\n",
        "{\"id\":\"1\",\"name\":\"2\",\"Name\":\"3\",\"na\\/me\":\"4\",\"nested\":[[[[[[{\"id\":5}]]]]]]}",
    ];

    private static readonly string[] Pieces =
    [
        "\"", "\\", "\\u", "\\uD83D", "\\uDE00", "\\u0061", "a", "{", "}", "[", "]", ",", ":", "0", "1", "-", ".", "e", "E", "\n", "\t", " ",
        "null", "true", "\"a\":1,", "\"k\":", "\u00e9", "\u0001", "\uFEFF", "//", "{\"a\":1}", "[[[[",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(20260301)]
    [InlineData(987654321)]
    public void Check_RandomMutations_AgreesWithTheFramework(int seed)
    {
        var random = new Random(seed);
        int taken = 0;
        for (int turn = 0; turn < 20_000; turn++)
        {
            byte[] json = Mutate(random, Encoding.UTF8.GetBytes(Seeds[random.Next(Seeds.Length)]));
            bool expected = IsStrict(json);
            JsonError? error = StrictJson.Check(json, Depth);

            Assert.True(expected == (error is null), $"seed {seed}, turn {turn}: expected {expected}, got {error?.Reason}: {Convert.ToHexString(json)} {Encoding.UTF8.GetString(json)}");
            Assert.True(error is null || IsInside(json, error), $"seed {seed}, turn {turn}: {error}: {Encoding.UTF8.GetString(json)}");
            taken += expected ? 1 : 0;
        }

        Assert.InRange(taken, 500, 19_500); // otherwise the mutations test one side only
    }

    private static byte[] Mutate(Random random, byte[] json)
    {
        List<byte> bytes = [.. json];
        int mutations = random.Next(4);
        for (int mutation = 0; mutation < mutations && bytes.Count > 0; mutation++)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 4), bytes.Count - at));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 3:
                    int from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 12), bytes.Count - from)));
                    break;
                default:
                    bytes[at] = bytes[random.Next(bytes.Count)];
                    break;
            }
        }

        return [.. bytes];
    }

    private static bool IsStrict(byte[] json)
    {
        if (!Utf8.IsValid(json))
        {
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = Depth });
            return HasCharactersOnly(json);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Reading a string with a lone surrogate throws in the framework; parsing the document does not look.</summary>
    private static bool HasCharactersOnly(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                _ = reader.GetString();
            }
        }

        return true;
    }

    private static bool IsInside(byte[] json, JsonError error)
    {
        string[] lines = Encoding.Latin1.GetString(json).Split('\n');
        return error.Line >= 1 && error.Line <= lines.Length && error.BytePosition >= 0 && error.BytePosition <= lines[error.Line - 1].Length;
    }
}
