"""Follows the change feed on many connections at once, and takes whatever comes, as fast as it comes.

listen.py PORT CLIENTS TARGET: prints "ready" when all have their first bytes, and at its end (SIGTERM) what they got.
"""
import selectors
import signal
import socket
import sys
import time

port, clients, target = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
selector = selectors.DefaultSelector()
ended = False


def end(*_):
    global ended
    ended = True


signal.signal(signal.SIGTERM, end)
request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()
began = {}
for _ in range(clients):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(request)
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_READ)
    began[connection] = False
received = {connection: 0 for connection in began}
waiting, lost = clients, 0
buffer = bytearray(1 << 18)
started = time.monotonic()
while not ended:
    for key, _ in selector.select(0.2):
        count = key.fileobj.recv_into(buffer)
        if count == 0:
            selector.unregister(key.fileobj)
            lost += 1
            continue
        received[key.fileobj] += count
        if not began[key.fileobj]:
            began[key.fileobj] = True
            waiting -= 1
            if waiting == 0:
                print("ready", flush=True)
seconds = time.monotonic() - started
all_bytes = sorted(received.values())
print(f"{sum(all_bytes) / seconds / 1e6:.1f} MB/s in all; least {all_bytes[0] / 1e6:.2f} MB, most {all_bytes[-1] / 1e6:.2f} MB; {lost} cut off", flush=True)
