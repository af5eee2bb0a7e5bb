using DocService.Transfer.Files;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace DocService.Transfer.Receiving;

/// <summary>A file that has its name only when the export in it is whole and synced; until then <c>.part</c> stands behind it.</summary>
/// <remarks>Owns: the file. An export that failed leaves the part, and what had the name before.</remarks>
internal sealed class FileTarget : IExportTarget
{
    private const int Level = 3; // zstd's own default

    private readonly string _path;
    private readonly string _part;
    private readonly bool _isPacked;
    private FileStream? _file;
    private Stream? _stream;

    /// <exception cref="TransferException">No file can be there.</exception>
    public FileTarget(string path)
    {
        _path = path;
        _part = path + ".part";
        _isPacked = path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase);
        if (FileKind.IsRegular(path) == false)
        {
            throw new TransferException($"{path} is no file that could be replaced. For the standard output leave --to out.");
        }
    }

    public bool IsFinal => false;

    public Stream Begin()
    {
        Close();
        _file = DurableFile.Create(_part);
        _stream = new BufferedStream(_isPacked ? Pack(_file) : _file, 1 << 16);
        return _stream;
    }

    public async Task CompleteAsync(CancellationToken cancellation)
    {
        FileStream file = _file!;
        await _stream!.FlushAsync(cancellation);
        if (_isPacked)
        {
            await _stream.DisposeAsync(); // writes the end of the frame, and leaves the file open
        }

        DurableFile.Sync(file);
        DurableFile.Publish(_part, _path);
        _stream = null;
        Close();
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private static CompressionStream Pack(FileStream file)
    {
        var stream = new CompressionStream(file, Level, leaveOpen: true);
        stream.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return stream;
    }

    /// <summary>What is in a buffer yet is given up: the file is not whole.</summary>
    private void Close()
    {
        _file?.Dispose();
        (_file, _stream) = (null, null);
    }
}
