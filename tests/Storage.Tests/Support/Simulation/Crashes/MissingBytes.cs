using System.Runtime.InteropServices;

namespace DocService.Storage.Tests.Support.Simulation.Crashes;

/// <summary>Puts into a draft what a disk shows where unsynced sectors did not reach it.</summary>
/// <remarks>
/// Owns: a seed.
/// Thread: one.
/// Invariants: the same seed, file and sector give the same bytes.
/// On failure: cannot fail.
/// </remarks>
internal sealed class MissingBytes(MissingContent kind, int seed, IReadOnlyList<FileContent> freed)
{
    /// <param name="draft">The file.</param>
    /// <param name="inode">Its number.</param>
    /// <param name="page">The page.</param>
    /// <param name="missingSectors">Sectors of the page that were written and did not reach the disk.</param>
    /// <param name="inFlight">Some of them were on their way when the power went, not given up after a failed sync.</param>
    public void Fill(ContentDraft draft, long inode, long page, int missingSectors, bool inFlight)
    {
        if (kind == MissingContent.Old || missingSectors == 0)
        {
            return;
        }

        int spoilt = kind == MissingContent.ShornBlock && inFlight ? (1 << FileContent.SectorsPerPage) - 1 : missingSectors;
        for (int sector = 0; sector < FileContent.SectorsPerPage; sector++)
        {
            if ((spoilt & (1 << sector)) != 0)
            {
                Fill(draft, page, sector, Scramble((ulong)inode, (ulong)((page * FileContent.SectorsPerPage) + sector)));
            }
        }
    }

    private void Fill(ContentDraft draft, long page, int sector, ulong state)
    {
        MissingContent chosen = kind == MissingContent.Mixed ? (MissingContent)(int)(state % 4) : kind;
        switch (chosen)
        {
            case MissingContent.Old:
                break;
            case MissingContent.Zeros:
                draft.Edit(page, sector).Clear();
                break;
            case MissingContent.Stale when freed.Count > 0:
                byte[] stale = freed[(int)(state % (ulong)freed.Count)].PageOrZeros(page);
                stale.AsSpan(sector * FileContent.SectorBytes, FileContent.SectorBytes).CopyTo(draft.Edit(page, sector));
                break;
            default:
                Randomize(draft.Edit(page, sector), state);
                break;
        }
    }

    // SplitMix64: without dependence on a library's generator the bytes of a seed stay the same for ever.
    private static void Randomize(Span<byte> bytes, ulong state)
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        for (int index = 0; index < words.Length; index++)
        {
            state = Mix(state);
            words[index] = state;
        }
    }

    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
            return value ^ (value >> 31);
        }
    }

    private ulong Scramble(ulong inode, ulong sector) => Mix(Mix(Mix(unchecked((ulong)seed)) ^ inode) ^ sector);
}
