using CsCheck;
using DocService.Storage.Documents;

namespace DocService.Storage.Tests.Documents;

/// <summary>For any two ids; those that are alike to a filesystem are made more often than chance would.</summary>
public sealed class DocumentPathPropertyTests
{
    private static readonly Gen<string> Pieces = Gen.OneOf<string>(
        Gen.OneOf("a", "A", "/", ".", "%", "2", "F", "f", "~", "ä", "Ä", "a\u0308", "ß", "SS", "İ", "ı", "K", "\u212A", " ", "\\", ":", "con", ".json", "\U0001F600"),
        Gen.String[1, 4]);

    private static readonly Gen<DocumentKey> Keys = Gen.OneOf<string[]>(Pieces.Array[1, 6], Pieces.Array[60, 120])
        .Select(string.Concat)
        .Where(id => DocumentKey.TryCreate(id, out _, out _))
        .Select(DocumentKey.Create);

    [Fact]
    public void Of_TwoIds_NamesDifferEvenWhenCaseIsIgnored() =>
        Gen.Select(Keys, Keys).Sample(iter: 2_000, assert: (one, other) =>
        {
            bool isSame = string.Equals(DocumentPath.Of(one).Name, DocumentPath.Of(other).Name, StringComparison.OrdinalIgnoreCase);
            Assert.Equal(one.Id == other.Id, isSame);
        });

    [Fact]
    public void Of_AnyId_IsANameThatEveryFilesystemTakes() =>
        Keys.Sample(key =>
        {
            string name = DocumentPath.Of(key).Name;
            Assert.Matches(@"^[a-z0-9_%-][A-Za-z0-9._%~-]*\.json$", name);
            Assert.InRange(name.Length, 6, DocumentPath.NameBytesMax);
        });

    [Fact]
    public void Key_OfItsOwnId_IsTheSame() =>
        Keys.Sample(key => Assert.Equal(key, DocumentKey.Create(key.Id)));
}
