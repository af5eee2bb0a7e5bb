namespace DocService.Storage.Followers;

/// <summary>The documents' files, for a follower that is made anew from them.</summary>
/// <remarks>
/// Thread: any, beside the filer. A document that is filed meanwhile is read as it was or as it is: what happened after
/// <see cref="ICommitLog.Rejoin"/> is in the log, and tells which of them counts.
/// </remarks>
public interface IFiledDocuments
{
    /// <summary>The documents are spread over so many directories, evenly.</summary>
    int Directories { get; }

    /// <summary>Names of the documents' files in a directory, in the order of their inodes, which is about that of the disk.</summary>
    /// <param name="directory">0 and up.</param>
    /// <exception cref="StorageFaultException">It cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors or memory have run out.</exception>
    IReadOnlyList<string> List(int directory);

    /// <summary>The document of a file, verified; null where the file is gone, or is no document's that belongs there. Dispose it.</summary>
    /// <exception cref="DocumentCorruptException">It cannot be read, or its checksum does not match.</exception>
    /// <exception cref="StorageFaultException">The file cannot be opened.</exception>
    /// <exception cref="StoreBusyException">Descriptors or memory have run out.</exception>
    FiledDocument? Read(int directory, string name);

    /// <summary>As <see cref="List"/>, of the files of kept versions. The newest version of a document that is kept is among them as well.</summary>
    /// <param name="directory">0 and up, as for documents: the versions of a document are in the directory of the same number.</param>
    /// <exception cref="StorageFaultException">It cannot be read.</exception>
    /// <exception cref="StoreBusyException">Descriptors or memory have run out.</exception>
    IReadOnlyList<string> ListVersions(int directory) => [];

    /// <summary>As <see cref="Read"/>, of a kept version: null as well where it has been dropped since. Dispose it.</summary>
    /// <exception cref="DocumentCorruptException">It cannot be read, or its checksum does not match.</exception>
    /// <exception cref="StorageFaultException">The file cannot be opened.</exception>
    /// <exception cref="StoreBusyException">Descriptors or memory have run out.</exception>
    FiledDocument? ReadVersion(int directory, string name) => null;
}
