"""Clients of a small disk, for full-disk-index.sh: full_disk.py fill|read|remove BASE KEPT [COUNT]

fill    twelve writers at once, until each is told that there is no room; four of them wait for their files
read    every document that was acknowledged and not removed, byte for byte
remove  deletes COUNT of them

KEPT has a line for each document that was acknowledged: id and SHA-256. Prints a line for each check.
"""
import collections
import hashlib
import http.client
import os
import sys
import threading

WRITERS = 12
FIELDS = {"Content-Type": "application/json"}


def check(text, holds):
    print(f"  {'ok  ' if holds else 'FAIL'} {text}", flush=True)


def connect(base):
    return http.client.HTTPConnection(base.removeprefix("http://"), timeout=120)


def send(connection, method, key, body=None, fields=None):
    connection.request(method, f"/docs/{key}", body, fields or {})
    answer = connection.getresponse()
    return answer.status, answer.headers.get("Durability", "").split(";")[0], answer.read()


def fill(base, kept, run):
    """Half of the writers' documents are large, so that the index has more to write than there is room beside them."""
    gate = threading.Lock()
    told = collections.Counter()

    def write(number):
        connection = connect(base)
        level, size = ("filed", 3_000) if number % 3 == 0 else ("durable", 150_000)
        for count in range(20_000):
            key = f"fill-{run}-{number}-{count}"
            body = f'["{os.urandom(size // 2).hex()}"]'.encode()
            status, reached, answer = send(connection, "PUT", key, body, {**FIELDS, "Durability": level})
            with gate:
                told[f"{status} {reached}".strip()] += 1
                if status == 201:
                    kept[key] = hashlib.sha256(body).hexdigest()
            if status != 201:
                if status != 507:
                    check(f"a put is taken or told that there is no room: {status} {answer[:300]}", False)
                return

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"       {', '.join(f'{count} times {answer}' for answer, count in sorted(told.items()))}")
    check("every writer is told that there is no room", told["507"] == WRITERS)


def read(base, kept):
    connection = connect(base)
    wrong = []
    for key, digest in kept.items():
        status, _, body = send(connection, "GET", key)
        if status != 200 or hashlib.sha256(body).hexdigest() != digest:
            wrong.append(f"{key}: {status}")
    check(f"{len(kept)} acknowledged documents are read, byte for byte", not wrong and kept)
    print("".join(f"       {one}\n" for one in wrong[:5]), end="")


def remove(base, kept, count):
    connection = connect(base)
    largest = [key for key in kept if int(key.split("-")[2]) % 3 != 0] + [key for key in kept if int(key.split("-")[2]) % 3 == 0]
    statuses = collections.Counter()
    for key in largest[:count]:
        statuses[send(connection, "DELETE", key, fields={"Durability": "filed"})[:2]] += 1
        del kept[key]
    check(f"{count} are deleted, and their files are gone", statuses == {(204, "filed"): count})


def main():
    command, base, path = sys.argv[1:4]
    kept = {}
    if os.path.exists(path):
        with open(path, encoding="ascii") as file:
            kept = dict(line.split() for line in file)
    if command == "read":
        read(base, kept)
        return
    fill(base, kept, sys.argv[4]) if command == "fill" else remove(base, kept, int(sys.argv[4]))
    with open(path, "w", encoding="ascii") as file:
        file.writelines(f"{key} {digest}\n" for key, digest in kept.items())


main()
