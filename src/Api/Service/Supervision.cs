using System.Net.Sockets;
using System.Text;

namespace DocService.Api.Service;

/// <summary>Where systemd waits for a word (Type=notify, sd_notify(3)): it is told when the server listens, and when it begins to stop.</summary>
internal static class Supervision
{
    /// <summary>Where the word is waited for: a path, or a name behind an @.</summary>
    private const string SocketVariable = "NOTIFY_SOCKET";

    public static void TellOf(IHostApplicationLifetime lifetime)
    {
        if (Environment.GetEnvironmentVariable(SocketVariable) is { Length: > 1 } path)
        {
            lifetime.ApplicationStarted.Register(() => Tell(path, "READY=1"));
            lifetime.ApplicationStopping.Register(() => Tell(path, "STOPPING=1"));
        }
    }

    private static void Tell(string path, string word)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            socket.Send(Encoding.UTF8.GetBytes(word));
        }
        catch (SocketException)
        {
            // Whoever waits for the word gives up by itself; the server serves all the same.
        }
    }
}
