using System.Collections.Frozen;

namespace DocService.Queries.Words;

/// <summary>
/// Letters without their marks, for Latin, Greek and Cyrillic: the first letter of the canonical decomposition of each
/// lower-case letter (Unicode 15, UnicodeData.txt). A table of our own, as .NET decomposes nothing in the invariant mode
/// that the server runs in, and an index must fold as it did when it was built.
/// </summary>
internal static class Diacritics
{
    /// <summary>Each row: the plain letter, then those that become it.</summary>
    private static readonly string[] Rows =
    [
        "aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ",
        "cçćĉċčḉ",
        "eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ",
        "iìíîïĩīĭįǐȉȋḭḯỉị",
        "nñńņňǹṅṇṉṋ",
        "oòóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ",
        "uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự",
        "yýÿŷȳẏẙỳỵỷỹ",
        "dďḋḍḏḑḓ",
        "gĝğġģǧǵḡ",
        "hĥȟḣḥḧḩḫẖ",
        "jĵǰ",
        "kķǩḱḳḵ",
        "lĺļľḷḹḻḽ",
        "rŕŗřȑȓṙṛṝṟ",
        "sśŝşšșṡṣṥṧṩ",
        "tţťțṫṭṯṱẗ",
        "wŵẁẃẅẇẉẘ",
        "zźżžẑẓẕ",
        "æǣǽ",
        "ʒǯ",
        "øǿ",
        "ιΐίϊἰἱἲἳἴἵἶἷὶίῐῑῒΐῖῗ",
        "αάἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ",
        "εέἐἑἒἓἔἕὲέ",
        "ηήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ",
        "υΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ",
        "οόὀὁὂὃὄὅὸό",
        "ωώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ",
        "ϒϓϔ",
        "ийѝӣӥ",
        "еѐёӗ",
        "гѓ",
        "ії",
        "кќ",
        "уўӯӱӳ",
        "ѵѷ",
        "жӂӝ",
        "аӑӓ",
        "әӛ",
        "зӟ",
        "оӧ",
        "өӫ",
        "эӭ",
        "чӵ",
        "ыӹ",
        "bḃḅḇ",
        "fḟ",
        "mḿṁṃ",
        "pṕṗ",
        "vṽṿ",
        "xẋẍ",
        "ſẛ",
        "ρῤῥ",
    ];

    private static readonly FrozenDictionary<char, char> Plain =
        Rows.SelectMany(row => row[1..].Select(letter => (letter, row[0]))).ToFrozenDictionary(pair => pair.letter, pair => pair.Item2);

    /// <summary>Of a lower-case letter.</summary>
    public static char Remove(char letter) => letter < 0x80 ? letter : Plain.GetValueOrDefault(letter, letter);

    /// <summary>A mark that stands behind its letter.</summary>
    public static bool IsMark(char character) => character is >= '\u0300' and <= '\u036F';
}
