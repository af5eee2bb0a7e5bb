namespace DocService.Api.Keys;

/// <summary>What a key may be made for. No right includes another.</summary>
internal enum Right
{
    /// <summary>To read documents, in every way: by id, in lists, in changes, and what tells of their content.</summary>
    Read,

    /// <summary>To create, replace and delete documents.</summary>
    Write,

    /// <summary>To define collections; for the whole store also to see the server's state, and to make and revoke keys.</summary>
    Operate,
}
