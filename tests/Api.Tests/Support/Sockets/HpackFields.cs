using System.Text;

namespace DocService.Api.Tests.Support.Sockets;

/// <summary>
/// Field lines of HTTP/2 as HPACK (RFC 7541), without its dynamic table and its Huffman code: what tests send may be anything, and
/// a server that is told of a table of size 0 sends no more than this.
/// </summary>
internal static class HpackFields
{
    private const int StaticMax = 61;

    /// <summary>RFC 7541 appendix A.</summary>
    private static readonly string[] Static =
    [
        ":authority", ":method=GET", ":method=POST", ":path=/", ":path=/index.html", ":scheme=http", ":scheme=https", ":status=200", ":status=204", ":status=206",
        ":status=304", ":status=400", ":status=404", ":status=500", "accept-charset", "accept-encoding=gzip, deflate", "accept-language", "accept-ranges", "accept",
        "access-control-allow-origin", "age", "allow", "authorization", "cache-control", "content-disposition", "content-encoding", "content-language",
        "content-length", "content-location", "content-range", "content-type", "cookie", "date", "etag", "expect", "expires", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "link", "location", "max-forwards", "proxy-authenticate",
        "proxy-authorization", "range", "referer", "refresh", "retry-after", "server", "set-cookie", "strict-transport-security", "transfer-encoding", "user-agent",
        "vary", "via", "www-authenticate",
    ];

    public static byte[] Write(IEnumerable<(string Name, string Value)> fields)
    {
        var block = new List<byte>();
        foreach ((string name, string value) in fields)
        {
            block.Add(0); // a literal that is not indexed, with a name of its own
            WriteText(block, name);
            WriteText(block, value);
        }

        return [.. block];
    }

    public static IEnumerable<(string Name, string Value)> Read(byte[] block)
    {
        int at = 0;
        while (at < block.Length)
        {
            byte first = block[at];
            if ((first & 0x80) != 0)
            {
                string[] entry = NameOf(ReadNumber(block, ref at, 7)).Split('=', 2);
                yield return (entry[0], entry[1]);
            }
            else if ((first & 0xe0) == 0x20)
            {
                ReadNumber(block, ref at, 5); // the table's size
            }
            else
            {
                int name = ReadNumber(block, ref at, (first & 0x40) != 0 ? 6 : 4);
                yield return (name == 0 ? ReadText(block, ref at) : NameOf(name).Split('=')[0], ReadText(block, ref at));
            }
        }
    }

    private static string NameOf(int index)
    {
        Assert.InRange(index, 1, StaticMax); // beyond is the dynamic table, which there is not
        return Static[index - 1];
    }

    private static void WriteText(List<byte> block, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        const int Max = 127;
        block.Add((byte)Math.Min(bytes.Length, Max));
        for (int rest = bytes.Length - Max; rest >= 0; rest = rest < 128 ? -1 : rest >> 7)
        {
            block.Add((byte)(rest < 128 ? rest : (rest & 127) | 128));
        }

        block.AddRange(bytes);
    }

    private static string ReadText(byte[] block, ref int at)
    {
        Assert.Equal(0, block[at] & 0x80); // no Huffman code
        int length = ReadNumber(block, ref at, 7);
        at += length;
        return Encoding.Latin1.GetString(block, at - length, length);
    }

    private static int ReadNumber(byte[] block, ref int at, int bits)
    {
        int max = (1 << bits) - 1;
        int number = block[at++] & max;
        if (number < max)
        {
            return number;
        }

        int shift = 0;
        byte one;
        do
        {
            one = block[at++];
            number += (one & 127) << shift;
            shift += 7;
        }
        while ((one & 128) != 0);
        return number;
    }
}
