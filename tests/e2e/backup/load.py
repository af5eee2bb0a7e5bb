"""Writes documents until it is told to stop, and keeps a ledger of what was acknowledged: version, id and SHA-256 (or '-' for a delete)."""
import hashlib
import http.client
import random
import sys
import threading


def work(number, host, ledger, stop, lock):
    chance = random.Random(number)
    connection = http.client.HTTPConnection(host, timeout=30)
    while not stop.is_set():
        name = f"w{number}-{chance.randrange(60)}"
        is_delete = chance.random() < 0.2
        body = b"" if is_delete else ('{"n":%d,"fill":"%s"}' % (chance.randrange(10 ** 9), "x" * chance.randrange(1500))).encode()
        connection.request("DELETE" if is_delete else "PUT", f"/docs/{name}", body, {} if is_delete else {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status in (201, 204):
            version = int(dict(field.split("=") for field in answer.getheader("Durability").split(";")[1:])["seq"])
            with lock:
                print(version, name, "-" if is_delete else hashlib.sha256(body).hexdigest(), file=ledger, flush=True)
        elif answer.status != 404:
            raise SystemExit(f"{name}: {answer.status}")


def main():
    host, path = sys.argv[1:3]
    stop, lock = threading.Event(), threading.Lock()
    with open(path, "w", encoding="utf-8") as ledger:
        writers = [threading.Thread(target=work, args=(number, host, ledger, stop, lock)) for number in range(4)]
        for writer in writers:
            writer.start()
        sys.stdin.read()  # until the script closes it
        stop.set()
        for writer in writers:
            writer.join()


main()
