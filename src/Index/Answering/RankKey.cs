using System.Buffers.Binary;

namespace DocService.Index.Answering;

/// <summary>A score as bytes whose order puts the best first. Scores are not negative, so their bits are in their order.</summary>
internal static class RankKey
{
    public static byte[] Of(double score)
    {
        byte[] key = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(key, ~BitConverter.DoubleToUInt64Bits(score));
        return key;
    }

    public static double ScoreOf(byte[] key) => BitConverter.UInt64BitsToDouble(~BinaryPrimitives.ReadUInt64BigEndian(key));
}
