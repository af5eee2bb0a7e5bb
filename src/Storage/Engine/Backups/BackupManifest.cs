using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Backups;

/// <summary>One file of a backup.</summary>
/// <param name="Path">In it.</param>
/// <param name="Sha256">Of its bytes.</param>
internal readonly record struct BackupLine(string Path, Sha256Digest Sha256);

/// <summary>
/// BACKUP: a line for each file, as sha256sum writes and checks them, and a last one that says how many there are and what the digest
/// of all lines is. It is written last, so a backup that was cut short has none, or one without its end.
/// </summary>
internal static class BackupManifest
{
    public const string Name = "BACKUP";

    private const string Separator = "  ";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");
    private const string End = "# docservice backup 1, files: ";
    private const string EndDigest = ", sha256: ";

    /// <summary>Writes a manifest line by line.</summary>
    /// <remarks>Owns: the digest. Thread: one.</remarks>
    internal sealed class Writer(IFile file) : IDisposable
    {
        private const int PieceBytes = 64 << 10;

        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly StringBuilder _text = new();
        private long _offset;
        private long _files;

        public void Add(in BackupLine line)
        {
            _text.Append(HexOf(line.Sha256)).Append(Separator).Append(line.Path).Append('\n');
            _files++;
            if (_text.Length >= PieceBytes)
            {
                Flush();
            }
        }

        /// <summary>Adds the end. Synced when it returns.</summary>
        public void Finish()
        {
            Flush();
            string digest = HexOf(new Sha256Digest(_hash.GetCurrentHash()));
            _text.Append(CultureInfo.InvariantCulture, $"{End}{_files}{EndDigest}{digest}\n");
            Flush();
            file.Sync();
        }

        public void Dispose() => _hash.Dispose();

        private void Flush()
        {
            byte[] bytes = Encoding.UTF8.GetBytes(_text.ToString());
            _hash.AppendData(bytes);
            file.Write(bytes, _offset);
            _offset += bytes.Length;
            _text.Clear();
        }
    }

    /// <summary>Whether its end is there and right: the backup is whole, as far as it says.</summary>
    /// <returns>Number of files; null: it was cut short, or is damaged.</returns>
    public static long? TryCount(IFile file)
    {
        long files = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in LinesOf(file))
        {
            if (line.StartsWith('#'))
            {
                string expected = $"{End}{files.ToString(CultureInfo.InvariantCulture)}{EndDigest}{HexOf(new Sha256Digest(hash.GetCurrentHash()))}";
                return line == expected ? files : null;
            }

            hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
            files++;
        }

        return null;
    }

    /// <summary>The files, in order.</summary>
    /// <exception cref="StoreFormatException">A line is none.</exception>
    public static IEnumerable<BackupLine> Read(IFile file)
    {
        foreach (string line in LinesOf(file))
        {
            if (line.StartsWith('#'))
            {
                yield break;
            }

            yield return Parse(line) ?? throw new StoreFormatException($"{file.Path} holds the line '{line}', which names no file of a backup.");
        }
    }

    private static BackupLine? Parse(string line)
    {
        const int digits = 2 * Sha256Digest.Bytes;
        return line.Length > digits + Separator.Length && line.AsSpan(digits, Separator.Length).SequenceEqual(Separator) && line.AsSpan(0, digits).IndexOfAnyExcept(Digits) < 0
            && BackupTree.IsPath(line[(digits + Separator.Length)..])
            ? new BackupLine(line[(digits + Separator.Length)..], new Sha256Digest(Convert.FromHexString(line.AsSpan(0, digits))))
            : null;
    }

    private static IEnumerable<string> LinesOf(IFile file)
    {
        using var reader = new StreamReader(new FileReadStream(file), Encoding.UTF8, detectEncodingFromByteOrderMarks: false, 64 << 10);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static string HexOf(Sha256Digest digest)
    {
        Span<byte> bytes = stackalloc byte[Sha256Digest.Bytes];
        digest.CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
