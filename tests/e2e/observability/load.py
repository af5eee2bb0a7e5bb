"""load.py URL SECONDS: some of everything that is measured, at a moderate pace: writes, reads, queries, a stream, a snapshot, refusals."""
import http.client, json, sys, threading, time, urllib.parse

address = urllib.parse.urlsplit(sys.argv[1])
until = time.monotonic() + float(sys.argv[2])
counts = {}


def ask(connection, method, path, body=None, **fields):
    connection.request(method, path, body=None if body is None else json.dumps(body),
                       headers={"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in fields.items()}})
    answer = connection.getresponse()
    answer.read()
    counts[answer.status] = counts.get(answer.status, 0) + 1
    return answer.status


def connect():
    return http.client.HTTPConnection(address.hostname, address.port, timeout=30)


# A reader of the feed, as long as this runs.
stream = connect()
stream.request("GET", "/changes", headers={"Accept": "text/event-stream"})
answered = stream.getresponse()
assert answered.status == 200


ask(connect(), "POST", "/snapshots")


def run(worker):
    connection = connect()
    turn = 0
    while time.monotonic() < until:
        turn += 1
        name = f"/docs/{worker}/{turn % 50}"
        ask(connection, "PUT", name, {"n": turn})
        ask(connection, "GET", name)
        ask(connection, "GET", name)
        ask(connection, "GET", "/docs/absent")
        ask(connection, "GET", "/docs/damaged")
        ask(connection, "POST", "/docs", {"n": turn}, Idempotency_Key=f'"{worker}-{turn // 2}"')
        ask(connection, "GET", "/docs?" + urllib.parse.urlencode({"filter": '{"n":7}', "limit": 5}))
        ask(connection, "GET", f"/docs?prefix={worker}/&limit=10")
        ask(connection, "GET", "/changes?limit=5")
        if turn % 10 == 0:
            ask(connection, "DELETE", name)
        time.sleep(0.02)


workers = [threading.Thread(target=run, args=(worker,)) for worker in range(4)]
for one in workers:
    one.start()
for one in workers:
    one.join()
print(json.dumps(counts, sort_keys=True))
for status in (200, 201, 204, 404, 500):
    assert counts.get(status), f"no answer was {status}"
