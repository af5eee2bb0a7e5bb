using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DocService.Approaches;

/// <summary>
/// Binary search in a file of lines in the order of ids, and for e-mail addresses in a second file of lines
/// "address offset" that is made at the start. Both files are read by position: no memory of its own.
/// </summary>
internal sealed class SortedFile : IUserLookup
{
    private const int LineBytesMax = 512;

    private readonly SafeFileHandle _users;
    private readonly SafeFileHandle _emails;

    public SortedFile(string path)
    {
        string emails = path + ".by-email";
        if (!File.Exists(emails))
        {
            WriteEmails(path, emails);
        }

        _users = File.OpenHandle(path);
        _emails = File.OpenHandle(emails);
    }

    public ValueTask<byte[]?> ByIdAsync(string id, CancellationToken cancellation)
    {
        byte[]? line = Find(_users, Encoding.UTF8.GetBytes(id), static line => Encoding.UTF8.GetBytes(UserLine.Get(line, "id"u8)!));
        return new(line);
    }

    public ValueTask<byte[]?> ByEmailAsync(string email, CancellationToken cancellation)
    {
        byte[]? line = Find(_emails, Encoding.UTF8.GetBytes(email), static line => line[..line.IndexOf((byte)' ')].ToArray());
        if (line is null)
        {
            return new((byte[]?)null);
        }

        long offset = long.Parse(line.AsSpan(line.AsSpan().IndexOf((byte)' ') + 1), CultureInfo.InvariantCulture);
        return new(LineAt(_users, offset, out _));
    }

    public void Dispose()
    {
        _users.Dispose();
        _emails.Dispose();
    }

    private delegate byte[] KeyOf(ReadOnlySpan<byte> line);

    /// <summary>The line with this key: the first whose start lies at or behind a position that the search moves.</summary>
    private static byte[]? Find(SafeFileHandle file, ReadOnlySpan<byte> wanted, KeyOf key)
    {
        long low = 0; // the line begins at or behind it
        long high = RandomAccess.GetLength(file); // and before it
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            long start = middle == 0 ? 0 : LineBehind(file, middle - 1);
            if (start >= high)
            {
                high = middle;
                continue;
            }

            byte[] line = LineAt(file, start, out long next);
            int order = wanted.SequenceCompareTo(key(line));
            if (order == 0)
            {
                return line;
            }

            if (order < 0)
            {
                high = middle;
            }
            else
            {
                low = next;
            }
        }

        return null;
    }

    /// <summary>Where the line begins that follows the first break at or behind a position.</summary>
    private static long LineBehind(SafeFileHandle file, long position)
    {
        Span<byte> bytes = stackalloc byte[LineBytesMax];
        int read = RandomAccess.Read(file, bytes, position);
        int end = bytes[..read].IndexOf((byte)'\n');
        return end < 0 ? position + read : position + end + 1;
    }

    private static byte[] LineAt(SafeFileHandle file, long start, out long next)
    {
        Span<byte> bytes = stackalloc byte[LineBytesMax];
        int read = RandomAccess.Read(file, bytes, start);
        int end = bytes[..read].IndexOf((byte)'\n');
        next = start + end + 1;
        return bytes[..end].ToArray();
    }

    private static void WriteEmails(string path, string emails)
    {
        var found = new List<(string Email, long Offset)>();
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0))
        {
            var lines = new LineReader(file, new byte[1 << 20]);
            while (lines.TryRead(out ReadOnlySpan<byte> line))
            {
                found.Add((UserLine.Get(line, "email"u8)!, lines.Offset));
            }
        }

        found.Sort(static (one, other) => string.CompareOrdinal(one.Email, other.Email));
        using var sorted = new StreamWriter(emails) { NewLine = "\n" };
        foreach ((string email, long offset) in found)
        {
            sorted.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{email} {offset}"));
        }
    }
}
