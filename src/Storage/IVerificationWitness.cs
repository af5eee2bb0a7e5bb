namespace DocService.Storage;

/// <summary>Told of everything that a verification reads, to compare it with a copy that somebody keeps beside the store.</summary>
/// <remarks>Thread: the verification's. The data directory is locked from <see cref="Begin"/> to <see cref="Finish"/>.</remarks>
public interface IVerificationWitness
{
    /// <param name="storeId">Of the directory; null where FORMAT cannot be read.</param>
    void Begin(Guid? storeId);

    /// <summary>One write in the journal, filed or not.</summary>
    /// <param name="key">Of the document.</param>
    /// <param name="sequence">Of the commit.</param>
    /// <param name="version">That it makes.</param>
    /// <param name="isDelete">It removes the document.</param>
    void Written(DocumentKey key, long sequence, long version, bool isDelete);

    /// <summary>An intact document file.</summary>
    void Filed(DocumentKey key, DocumentInfo info);

    /// <summary>An intact file of a kept version; the newest version of a document that is kept is told here as well.</summary>
    void Kept(DocumentKey key, DocumentInfo info)
    {
    }

    /// <summary>All has been read.</summary>
    /// <param name="durableThrough">As the journal says.</param>
    /// <param name="damage">Takes what is wrong.</param>
    /// <param name="remarks">Takes what is worth knowing.</param>
    void Finish(long durableThrough, IList<VerificationDamage> damage, IList<string> remarks);
}
