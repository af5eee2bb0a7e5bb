using System.Net.Sockets;
using System.Text;
using DocService.Api.Bodies;
using DocService.Api.Tests.Support;
using DocService.Api.Tests.Support.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace DocService.Api.Tests.Documents.Bodies;

/// <summary>Answers that clients do not take hold a piece of the document each, not all of it; nothing else waits for them.</summary>
public sealed class AnswerBudgetTests : IAsyncLifetime
{
    private const int DocumentBytes = 16 << 20; // more than the sockets' buffers take
    private const long BudgetBytes = 4 * DocumentBytes;
    private const int Readers = 40;

    private readonly TestApplication _app = new(new ApplicationSettings
    {
        UsesSockets = true,
        Values = new Dictionary<string, string>(ApplicationSettings.LargeDocuments) { ["InFlightBytes"] = $"{BudgetBytes}" },
    });

    private string _tag = string.Empty;

    private ByteBudget TheBudget => _app.Service<ByteBudget>();

    public async Task InitializeAsync()
    {
        _app.Service<IOptions<KestrelServerOptions>>().Value.Limits.MinResponseDataRate = null; // nobody is cut off, however long this test takes
        _tag = await _app.StoreAsync("large", Json('x'));
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    /// <summary>Three such readers refused everybody else for up to two minutes.</summary>
    [Fact]
    public async Task Get_WhileManyReadersTakeNothing_IsServed()
    {
        Socket[] slow = await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => AskWithoutReadingAsync()));
        try
        {
            Assert.InRange(BudgetBytes - TheBudget.Free, 1, Readers * ResponseBody.HeldBytes);

            for (int turn = 0; turn < 3; turn++)
            {
                using HttpResponseMessage other = await _app.SendAsync("GET", "/docs/large");
                Assert.Equal(DocumentBytes, (await other.Content.ReadAsByteArrayAsync()).Length);
            }
        }
        finally
        {
            Array.ForEach(slow, socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Get_ReplacedWhileASlowReaderHasBegun_SendsTheOldVersionWhole()
    {
        using Socket slow = await AskWithoutReadingAsync();
        await _app.StoreAsync("large", Json('y'));

        byte[] received = await TakeAllAsync(slow);

        Assert.Equal(DocumentBytes - 2, received.AsSpan().Count((byte)'x') - FieldsOf(received).Count((byte)'x'));
        Assert.Equal(0, received.AsSpan(FieldsOf(received).Length).Count((byte)'y'));
        Assert.Contains($"ETag: {_tag}\r\n", Encoding.ASCII.GetString(FieldsOf(received)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OfALargeFiledDocument_IsAnsweredAsOfASmallOne()
    {
        (string Method, string Field, string Value, int Status, int? Bytes)[] requests =
        [
            ("GET", "Range", "bytes=0-9", 200, DocumentBytes),
            ("GET", "If-None-Match", "\"0\"", 200, DocumentBytes),
            ("GET", "If-None-Match", _tag, 304, 0),
            ("GET", "If-Match", "\"0\"", 412, null),
            ("HEAD", "Range", "bytes=0-9", 200, 0),
            ("HEAD", "If-None-Match", _tag, 304, 0),
        ];
        foreach ((string method, string field, string value, int status, int? bytes) in requests)
        {
            using HttpResponseMessage answer = await _app.SendAsync(method, "/docs/large", null, (field, value));

            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal(_tag, status == 412 ? _tag : answer.Headers.ETag!.ToString());
            Assert.Equal(bytes ?? answer.Content.Headers.ContentLength, (await answer.Content.ReadAsByteArrayAsync()).Length);
            Assert.Equal(status == 200 ? DocumentBytes : answer.Content.Headers.ContentLength, answer.Content.Headers.ContentLength);
        }
    }

    [Fact]
    public async Task Get_OfAFileThatChangesWhileItIsSent_EndsTheConnectionBeforeTheEnd()
    {
        using Socket slow = await AskWithoutReadingAsync();
        string path = _app.FileOf("large");
        using (FileStream file = File.OpenWrite(path))
        {
            file.Position = file.Length - 10;
            file.WriteByte((byte)'!');
        }

        byte[] received = await TakeAllAsync(slow);

        Assert.InRange(received.Length, 1, DocumentBytes - 1);
        Assert.Equal(BudgetBytes, TheBudget.Free);
    }

    [Fact]
    public async Task Get_WhileTheBudgetIsTaken_IsBusy()
    {
        long taken = TheBudget.Free - (ResponseBody.HeldBytes / 2);
        Assert.True(TheBudget.TryTake(taken, held: -taken)); // others

        RawResponse refused = await RawConnection.AskAsync(_app.Port, "GET", "/docs/large");

        refused.AssertProblem(503, "busy");
        Assert.NotNull(refused.Field("Retry-After"));
        TheBudget.Return(taken);
        using HttpResponseMessage again = await _app.SendAsync("GET", "/docs/large");
        Assert.Equal(DocumentBytes, (await again.Content.ReadAsByteArrayAsync()).Length);
    }

    private static string Json(char character) => $"\"{new string(character, DocumentBytes - 2)}\"";

    private static Span<byte> FieldsOf(byte[] answer) => answer.AsSpan(0, answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4);

    /// <summary>Returns when the answer has begun to come: then it is charged.</summary>
    private async Task<Socket> AskWithoutReadingAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync("127.0.0.1", _app.Port);
        await socket.SendAsync("GET /docs/large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.Equal(1, await socket.ReceiveAsync(new byte[1]));
        return socket;
    }

    /// <summary>All that comes until the connection ends, one way or the other.</summary>
    private static async Task<byte[]> TakeAllAsync(Socket socket)
    {
        using var received = new MemoryStream();
        byte[] buffer = new byte[1 << 20];
        try
        {
            int count;
            while ((count = await socket.ReceiveAsync(buffer)) > 0)
            {
                received.Write(buffer, 0, count);
            }
        }
        catch (SocketException)
        {
            // A connection that is broken off.
        }

        return received.ToArray();
    }
}
