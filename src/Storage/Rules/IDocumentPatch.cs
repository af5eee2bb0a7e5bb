namespace DocService.Storage.Rules;

/// <summary>Makes a document's next body from the one that there is. The engine knows no language of patches.</summary>
public interface IDocumentPatch
{
    /// <summary>Whether it makes a document where there is none.</summary>
    bool CreatesDocument { get; }

    /// <summary>What the document that there is is charged to while it is read; null: nothing.</summary>
    ByteBudget? Budget { get; }

    /// <summary>Why it is refused whatever the document, known by now; null: it has to be applied to be judged.</summary>
    RuleViolation? Refusal { get; }

    /// <summary>Inside the commit, under the document's lock, once its conditions hold: what is read here is what is replaced. Null when it can be applied.</summary>
    /// <param name="current">The document, whole; null where there is none. It is gone after the call.</param>
    /// <param name="content">The next body; it stays as it is until the commit's task has completed.</param>
    RuleViolation? Apply(StoredDocument? current, out DocumentContent content);
}
