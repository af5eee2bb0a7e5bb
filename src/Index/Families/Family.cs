namespace DocService.Index.Families;

/// <summary>The column families: each is a sorted map of its own, and all of them are flushed together.</summary>
internal enum Family
{
    /// <summary>What the index knows of itself.</summary>
    State,

    /// <summary>id → facts and body.</summary>
    Documents,

    /// <summary>version, id → nothing: the documents of one commit share its version.</summary>
    Versions,

    /// <summary>version and id of a delete → when it came.</summary>
    Tombstones,

    /// <summary>index, key, id → nothing.</summary>
    Entries,

    /// <summary>moment from which a document is absent, id → its version: documents without an end are not there.</summary>
    Ends,

    /// <summary>id, version → what is known of a version that is kept: documents without a history are not there.</summary>
    History,

    /// <summary>reason, of an ended version its end, id → version: documents whose histories have to be looked over.</summary>
    Due,
}
