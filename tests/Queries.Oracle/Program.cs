using System.Text.Json;
using DocService.Queries.Oracle;

// Reads cases from standard input, one a line, and says where this project's answers differ from those in them. Exit code 1 when one does.
const int shownMax = 20;
var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
long cases = 0, documents = 0, matched = 0, sorted = 0, differences = 0;
while (Console.ReadLine() is { } line)
{
    OracleCase one = JsonSerializer.Deserialize<OracleCase>(line, options)!;
    cases++;
    documents += one.Compared.Length;
    matched += one.Matched.Length;
    sorted += one.Sorted.Length;
    if (one.Difference() is { } difference && ++differences <= shownMax)
    {
        Console.WriteLine(difference);
    }
}

Console.WriteLine($"{cases} queries, {documents} documents matched against them, {matched} found, {sorted} sorted, {differences} differences");
return cases > 0 && differences == 0 ? 0 : 1;
