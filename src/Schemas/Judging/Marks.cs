namespace DocService.Schemas.Judging;

/// <summary>Which members or elements of one value have been judged by some subschema: what is left is unevaluated.</summary>
/// <remarks>Thread: one. Members and elements are known by their number.</remarks>
internal sealed class Marks
{
    private bool _all;
    private int _first; // all below it are marked
    private ulong[] _bits = [];

    public void All() => _all = true;

    /// <summary>All below the number.</summary>
    public void First(int count) => _first = Math.Max(_first, count);

    public void Add(int number)
    {
        int word = number >> 6;
        if (word >= _bits.Length)
        {
            Array.Resize(ref _bits, Math.Max(word + 1, _bits.Length * 2));
        }

        _bits[word] |= 1UL << (number & 63);
    }

    public bool Has(int number) => _all || number < _first || ((number >> 6) < _bits.Length && (_bits[number >> 6] & (1UL << (number & 63))) != 0);

    /// <summary>Returns how many words it took.</summary>
    public int Add(Marks others)
    {
        _all |= others._all;
        First(others._first);
        if (_bits.Length < others._bits.Length)
        {
            Array.Resize(ref _bits, others._bits.Length);
        }

        for (int word = 0; word < others._bits.Length; word++)
        {
            _bits[word] |= others._bits[word];
        }

        return others._bits.Length;
    }
}
