"""A thousand clients follow the change feed, a few of them take nothing, and documents are written.

follow.py PORT CLIENTS SLOW: prints a line for each check, "ok TEXT" or "FAIL TEXT", and "all there" when only the streams are left
open; then it waits for the end of its input, and says whether every stream has ended.
"""
import http.client
import json
import selectors
import socket
import sys
import time

port, clients, slow = (int(word) for word in sys.argv[1:4])
SMALL, BIG = 30, 16  # documents of each kind
PATIENCE = 120


def check(text, holds, seen=""):
    print(f"ok {text}" if holds else f"FAIL {text}: {str(seen)[:300]}", flush=True)


def put(id, value):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("PUT", f"/docs/{id}", json.dumps(value), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status in (201, 204), answer.status
    return answer.getheader("ETag").strip('"')


def cut_off():
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    return sum(float(line.split()[1]) for line in lines if line.startswith("docservice_feed_cut_off"))


class Stream:
    """Takes what comes; the last event may be torn."""

    def __init__(self, prefix, last=None, receive=None):
        self.socket = socket.socket()
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.connect(("127.0.0.1", port))
        fields = f"Last-Event-ID: {last}\r\n" if last else ""
        self.socket.sendall(f"GET /changes{'?prefix=' + prefix if prefix else ''} HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n{fields}\r\n".encode())
        self.socket.setblocking(False)
        self.rest, self.changes, self.resets, self.last, self.ended = b"", [], 0, last, False

    def take(self):
        try:
            part = self.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except ConnectionResetError:
            part = b""
        self.ended |= not part
        *events, self.rest = (self.rest + part).split(b"\n\n")
        for event in events:
            fields = [line.split(b": ", 1) for line in event.split(b"\n") if b": " in line]
            named = [value for name, value in fields if name == b"event"]
            self.resets += named == [b"reset"]
            self.changes += [json.loads(value) for name, value in fields if name == b"data" and not named]
            self.last = next((value.decode() for name, value in fields if name == b"id"), self.last)


def follow(streams, until):
    """Takes from all of them until each is at its aim."""
    selector = selectors.DefaultSelector()
    for stream in streams:
        selector.register(stream.socket, selectors.EVENT_READ, stream)
    left, end = set(streams), time.monotonic() + PATIENCE
    while left and time.monotonic() < end:
        for key, _ in selector.select(0.2):
            key.data.take()
            if key.data.ended:
                selector.unregister(key.fileobj)
            if key.data.ended or until(key.data):
                left.discard(key.data)
    selector.close()
    return not left


put("small/first", 0)
put("big/first", 0)
streams = [Stream("small/") for _ in range(clients)]
check(f"{clients} streams tell what is there", follow(streams, lambda one: len(one.changes) == 1))
sleepers = [Stream("", receive=4096) for _ in range(slow)]

for n in range(BIG):
    put(f"big/{n}", "x" * 1_000_000)
tags = {f"small/{n}": put(f"small/{n}", {"n": n, "fill": "y" * 2000}) for n in range(SMALL)}
tags["small/first"] = put("small/first", 1)
told = follow(streams, lambda one: one.changes[-1]["id"] == "small/first" and len(one.changes) > 1)
check("all of them see all that comes", told and all({c["id"]: str(c["version"]) for c in one.changes} == tags for one in streams))
check("in the order of commits, without a reset", all([c["sequence"] for c in one.changes] == sorted(c["sequence"] for c in one.changes) and one.resets == 0 for one in streams))
check("none of them was cut off", not any(one.ended for one in streams))

end = time.monotonic() + PATIENCE
while cut_off() < slow and time.monotonic() < end:
    time.sleep(0.1)
check(f"the {slow} that take nothing are cut off", cut_off() == slow, cut_off())
follow(sleepers, lambda one: False)
check("they have not got everything", all(one.ended and len(one.changes) < SMALL + BIG for one in sleepers), [len(one.changes) for one in sleepers])
again = [Stream("", last=one.last) for one in sleepers]
follow(again, lambda one: any(c["id"] == "small/first" and str(c["version"]) == tags["small/first"] for c in one.changes))
copies = [{c["id"]: str(c["version"]) for c in before.changes + after.changes} for before, after in zip(sleepers, again)]
check("and get the rest when they come again", all(len(copy) == SMALL + BIG + 2 and copy.items() >= tags.items() for copy in copies), [len(copy) for copy in copies])
check("without a reset", not any(one.resets for one in again))

print("all there", flush=True)
sys.stdin.read()
follow(streams + again, lambda one: False)
check("every stream has ended with the server", all(one.ended for one in streams + again))
