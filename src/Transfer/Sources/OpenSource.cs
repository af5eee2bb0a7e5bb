using System.Buffers;
using System.IO.Pipelines;
using DocService.Transfer.Sources.Lines;
using ZstdSharp;

namespace DocService.Transfer.Sources;

/// <summary>A source that is open: recognised, unpacked where it is packed, and measured.</summary>
/// <remarks>Owns: the file. Thread: one at a time.</remarks>
internal sealed class OpenSource : IDisposable
{
    /// <summary>Means the standard input.</summary>
    public const string StandardInput = "-";

    private static readonly byte[] Zstandard = [0x28, 0xB5, 0x2F, 0xFD]; // RFC 8878 section 3.1.1
    private static readonly byte[] Gzip = [0x1F, 0x8B];

    private readonly Stream? _file;
    private readonly Stream? _unpacked;
    private readonly SlidingBuffer? _buffer;
    private readonly DirectorySource? _directory;

    private OpenSource(ISource source, SourceFormat format, Stream? file, Stream? unpacked, SlidingBuffer? buffer)
    {
        Source = source;
        Format = format;
        _file = file;
        _unpacked = unpacked;
        _buffer = buffer;
        _directory = source as DirectorySource;
    }

    public ISource Source { get; }

    public SourceFormat Format { get; }

    /// <summary>Bytes that have been read, packed where they are.</summary>
    public long BytesRead => _directory?.Bytes ?? (_file is { CanSeek: true } ? _file.Position : 0);

    /// <summary>Bytes of all of them, packed where they are; null where that is not known.</summary>
    /// <exception cref="IOException">One of them is not there.</exception>
    public static long? Measure(IEnumerable<string> paths, CancellationToken cancellation)
    {
        long bytes = 0;
        foreach (string path in paths)
        {
            if (path == StandardInput)
            {
                return null;
            }

            bytes += Directory.Exists(path) ? DirectorySource.Measure(path, cancellation) : new FileInfo(path).Length;
        }

        return bytes;
    }

    /// <param name="path">A file, a directory, or the standard input.</param>
    /// <param name="format">What it is; null: to be recognised.</param>
    /// <param name="prefix">What is put before every id.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="TransferException">It is not what it was said to be, or cannot be recognised.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<OpenSource> OpenAsync(string path, SourceFormat? format, string prefix, CancellationToken cancellation)
    {
        var text = new LineText(prefix);
        bool isDirectory = path != StandardInput && Directory.Exists(path);
        if (isDirectory != (format is null ? isDirectory : format == SourceFormat.Directory))
        {
            throw new TransferException(isDirectory ? $"{path} is a directory: --from directory." : $"{path} is no directory.");
        }

        if (isDirectory)
        {
            return new OpenSource(new DirectorySource(path, text), SourceFormat.Directory, null, null, null);
        }

        Stream file = path == StandardInput
            ? Console.OpenStandardInput()
            : new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });
        try
        {
            Stream unpacked = await UnpackAsync(path, file, cancellation);
            var buffer = new SlidingBuffer(unpacked);
            SourceFormat found = format ?? await Recognition.OfAsync(path, buffer, cancellation);
            ISource source = found switch
            {
                SourceFormat.CouchDb => new CouchSource(path, buffer, text),
                SourceFormat.MongoDb => new MongoSource(path, buffer, text),
                _ => new NdjsonSource(path, buffer, text),
            };
            return new OpenSource(source, found, file, unpacked, buffer);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    public void Dispose()
    {
        _buffer?.Dispose();
        _unpacked?.Dispose();
        _file?.Dispose();
    }

    /// <summary>What comes out of it: itself, unless it begins as what is packed does, whatever its name.</summary>
    private static async Task<Stream> UnpackAsync(string path, Stream file, CancellationToken cancellation)
    {
        PipeReader reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 128 << 10, leaveOpen: true));
        ReadResult read = await reader.ReadAtLeastAsync(Zstandard.Length, cancellation);
        byte[] first = read.Buffer.Slice(0, Math.Min(Zstandard.Length, read.Buffer.Length)).ToArray();
        reader.AdvanceTo(read.Buffer.Start);
        Stream whole = reader.AsStream();
        if (first.AsSpan().StartsWith(Gzip))
        {
            throw new TransferException($"{path} is packed with gzip: unpack it first, such as 'gzip -dc {path} | docservice import - …'.");
        }

        return first.AsSpan().SequenceEqual(Zstandard) ? new DecompressionStream(whole, leaveOpen: false) : whole;
    }
}
