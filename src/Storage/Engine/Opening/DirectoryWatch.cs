using DocService.Storage.Documents;
using DocService.Storage.Io;

namespace DocService.Storage.Engine.Opening;

/// <summary>Notices that the data directory, or a part of it, is taken away from under the running store.</summary>
/// <remarks>
/// Owns: handles of the directories above those of the documents and of the versions. Thread: built by one, then asked by one at a time.
/// The filer's adds the directories of versions meanwhile.
/// An open file stays usable without its name, and its syncs succeed. So a write could be acknowledged that nobody finds
/// later. Therefore names are looked up again; they must lead to the same files as when the store was opened.
/// </remarks>
internal sealed class DirectoryWatch : IDisposable
{
    private readonly IFileSystem _files;
    private readonly IDirectory _data;
    private readonly IDirectory _documents;
    private IDirectory? _versions;
    private Part[] _parts = []; // replaced as a whole
    private readonly StorageFaultException _gone = new("A part of the data directory was removed, renamed or replaced.");

    public DirectoryWatch(IFileSystem files, IDirectory data)
    {
        _files = files;
        _data = data;
        _documents = data.TryOpenDirectory(DataDirectory.DocumentsName) ?? throw Gone(data, DataDirectory.DocumentsName);
        try
        {
            Add(null, data.Path);
            Add(data, DataDirectory.JournalName);
            Add(data, DataDirectory.QuarantineName);
            Add(data, DataDirectory.DocumentsName);
            Add([.. ShardsOf(_documents)]);
        }
        catch
        {
            _documents.Dispose();
            throw;
        }
    }

    /// <summary>Before the first look.</summary>
    public void AddRequests(IDirectory data) => Add(data, DataDirectory.RequestsName);

    /// <summary>Once they are made, or found. All of them or none: where it fails it is done again.</summary>
    public void AddVersions()
    {
        _versions ??= _data.TryOpenDirectory(DataDirectory.VersionsName) ?? throw Gone(_data, DataDirectory.VersionsName);
        Add([PartOf(_data, DataDirectory.VersionsName), .. ShardsOf(_versions)]);
    }

    /// <summary>Some hundred look-ups of names that the kernel has in memory.</summary>
    /// <exception cref="StorageFaultException">A name leads elsewhere, or nowhere.</exception>
    public void ThrowIfGone()
    {
        foreach (Part part in Volatile.Read(ref _parts))
        {
            if (IsGone(part))
            {
                throw Gone(part.Parent, part.Name);
            }
        }
    }

    public void Dispose()
    {
        _documents.Dispose();
        _versions?.Dispose();
    }

    /// <summary>A name that cannot be looked up is not known to be gone. If the disk fails, its syncs show it.</summary>
    private bool IsGone(Part part)
    {
        try
        {
            return Find(part.Parent, part.Name) != part.Known;
        }
        catch (FileSystemException exception)
        {
            return exception.Error == Errno.ENOTDIR;
        }
    }

    /// <summary>Where there is no memory for the path, it is told without it: lack of memory must not hide that a directory is gone.</summary>
    private StorageFaultException Gone(IDirectory? parent, string name)
    {
        try
        {
            return new StorageFaultException($"{(parent is null ? name : $"{parent.Path}/{name}")} is no longer the directory that this store has open: it was removed, renamed or replaced.");
        }
        catch (OutOfMemoryException)
        {
            return _gone;
        }
    }

    private void Add(IDirectory? parent, string name) => Add([PartOf(parent, name)]);

    private IEnumerable<Part> ShardsOf(IDirectory parent) => Enumerable.Range(0, DocumentPath.Shards).Select(shard => PartOf(parent, DocumentPath.ShardName(shard)));

    private void Add(Part[] parts) => Volatile.Write(ref _parts, [.. _parts, .. parts]);

    private Part PartOf(IDirectory? parent, string name) => new(parent, name, Find(parent, name) ?? throw Gone(parent, name));

    private InodeIdentity? Find(IDirectory? parent, string name) => parent is null ? _files.TryGetIdentity(name) : parent.TryGetIdentity(name);

    /// <param name="Parent">The directory of the name; null: it is an absolute path.</param>
    /// <param name="Name">The name.</param>
    /// <param name="Known">What it led to.</param>
    private readonly record struct Part(IDirectory? Parent, string Name, InodeIdentity Known);
}
