"""Sends requests that were made out of the server's description and spoiled, with keys of several rights, and judges every answer.

    fuzz.py PORT PID DATA ADMIN_KEY SEED SECONDS [CASE...]

Each connection is a case of its own number: the seed and the number make the same bytes again. With CASEs these alone are sent.
What must hold: every answer is HTTP and, from 400 on, a problem; none is 5xx but 503 and 507; what must be answered is answered;
each key with rights gets something done, and at most a fifth is 503 or 507; nothing below vault/ is changed, by documents, versions
and files, or shown to a key that may not read it; the memory stays.
"""
import hashlib
import http.client
import json
import pathlib
import random
import socket
import sys
import threading
import time

import answers
import messages
import values

THREADS = 6
ANSWER_SECONDS = 30    # a busy machine; what takes longer hangs
QUIET_SECONDS = 0.25   # behind what need not be answered, or not soon
GROWTH_MIB = 160       # beside a half more: what the collector and the index's own tables take or leave
CLOSE = b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
RIGHTS = {
    "read": {"read": ["fuzz/"]}, "write": {"write": ["fuzz/"]}, "both": {"read": ["fuzz/"], "write": ["fuzz/"]}, "operate": {"read": ["fuzz/"], "write": ["fuzz/"], "operate": ["fuzz/"]}, "reader of all": {"read": ["*"]},
}
JUDGED = (b"/docs", b"/batch", b"/query", b"/changes", b"/versions")  # nothing here is answered without a key
BUSY_SHARE_MAX = 0.2   # a server that refuses everything breaks no rule


class Run:
    """What all threads share."""

    def __init__(self, port, admin, seed, seconds, cases):
        self.port, self.admin, self.seed, self.end, self.cases = port, admin, seed, time.monotonic() + seconds, cases
        self.gate, self.next, self.faults, self.statuses, self.resets = threading.Lock(), 0, [], {}, 0
        self.secret = f"SECRET-{hashlib.sha256(str(seed).encode()).hexdigest()[:16]}"
        self.operations = messages.operations(json.loads(self.ask("GET", "/openapi/v1.json")[1]))
        self.keys = [(None, False), ("ds_000000000000_" + "A" * 43, False)]
        self.done = {}  # of each key with rights: how many requests were carried out

    def ask(self, method, target, body=None, **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, target, body=body, headers={"Authorization": f"Bearer {self.admin}", "Host": "localhost", **fields})
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, text

    def prepare(self):
        for name, rights in RIGHTS.items():
            status, text = self.ask("POST", "/keys", json.dumps({"name": name, "rights": rights}), **{"Content-Type": "application/json"})
            assert status == 201, text
            self.done[json.loads(text)["key"]] = [name, 0]
            self.keys += [(json.loads(text)["key"], "*" in rights["read"] if "read" in rights else False)] * 3
        for number, identifier in enumerate(values.OTHERS):
            assert self.ask("PUT", f"/docs/{identifier}", json.dumps({"n": number, "text": self.secret}), **{"Content-Type": "application/json", "Durability": "filed"})[0] == 201
        assert self.ask("PUT", "/collections/vault?wait=30", json.dumps({"prefix": values.CLOSED, "indexes": {"by-n": {"fields": ["n"], "unique": True}}}), **{"Content-Type": "application/json"})[0] == 201

    def take(self):
        with self.gate:
            number, self.next = self.next, self.next + 1
        if self.cases is not None:
            return self.cases[number] if number < len(self.cases) else None
        return number if time.monotonic() < self.end and len(self.faults) < 20 else None

    def fault(self, number, text, sent):
        with self.gate:
            self.faults.append(f"case {number}: {text}\n    sent: {b''.join(message.data for message in sent)[:1500]!r}")

    def work(self):
        while (number := self.take()) is not None:
            self.run(number)

    def run(self, number):
        chance = random.Random(f"{self.seed}/{number}")
        key, may_read_all = chance.choice(self.keys)
        sent = [messages.make(chance, chance.choice(self.operations), key) for _ in range(chance.randrange(1, 4))]
        sent = sent[:next((at + 1 for at, message in enumerate(sent) if not message.is_framed or message.waits), len(sent))]  # what follows might be taken for its rest
        must = all(message.is_framed and not message.waits for message in sent)
        try:
            received, end = self.exchange(b"".join(message.data for message in sent) + (CLOSE if must else b""), must)
            told = answers.read_all(received, [message.method for message in sent] + [b"GET"], end == "closed") if must or b"HEAD" not in sent[-1].data else []
            if must and end == "quiet":
                raise ValueError(f"{len(told)} answers of {len(sent) + 1} in {ANSWER_SECONDS} s")
            if must and end == "closed" and len(told) != len(sent) + 1 and not (told and told[-1].fields.get(b"connection") == [b"close"]):
                raise ValueError(f"{len(told)} answers of {len(sent) + 1}, and the last one does not end the connection")
            if not may_read_all and self.secret.encode() in received:
                raise ValueError("a document is shown to a key that may not read it")
            for answer in told:
                if answer.status >= 500 and answer.status not in (503, 507) and not (answer.status == 505 and not must):
                    raise ValueError(f"{answer.status}: {answer.body[:300]!r}")
            with self.gate:
                self.resets += end == "reset"
                if key in self.done:
                    self.done[key][1] += sum(200 <= answer.status < 300 and message.method != b"OPTIONS" and message.data.partition(b" ")[2].startswith(JUDGED) for message, answer in zip(sent, told))
                for answer in told:
                    self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        except (ValueError, ConnectionRefusedError) as error:
            self.fault(number, f"{type(error).__name__}: {error}", sent)

    def exchange(self, data, must):
        """All that comes, and how it ended: closed, quiet, or reset, by which an answer that was on its way may be lost."""
        received = b""
        with socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_SECONDS) as connection:
            end = time.monotonic() + ANSWER_SECONDS
            try:
                connection.sendall(data)
            except OSError:
                pass  # refused before all was sent: the answer is there
            while time.monotonic() < end:
                connection.settimeout(ANSWER_SECONDS if must else QUIET_SECONDS)
                try:
                    part = connection.recv(1 << 16)
                except TimeoutError:
                    return received, "quiet"
                except OSError:
                    return received, "reset"
                if not part:
                    return received, "closed"
                received += part
        return received, "quiet"

    def vault(self):
        status, text = self.ask("GET", f"/docs?prefix={values.CLOSED}&include=info", **{"Accept": "application/x-ndjson"})
        assert status == 200, text
        return text.splitlines()[:-1]


def files_of_vault(data):
    """Each document's file below docs/ that is one of the vault: its name and its digest."""
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in pathlib.Path(data, "docs").rglob("*.json") if b'"id":"vault/' in file.read_bytes().split(b"\n", 1)[0]}


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


def until(text, holds):
    end = time.monotonic() + 60
    while not holds():
        if time.monotonic() > end:
            return [text]
        time.sleep(0.1)
    return []


def main():
    port, pid, data, admin, seed, seconds = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5], float(sys.argv[6])
    run = Run(port, admin, seed, seconds, [int(case) for case in sys.argv[7:]] or None)
    run.prepare()
    before, files = run.vault(), files_of_vault(data)
    assert len(before) == len(files) == len(values.OTHERS), (len(before), len(files))
    threads = [threading.Thread(target=run.work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    threads[0].join(seconds / 3)
    warm = resident_mib(pid)
    for thread in threads:
        thread.join()

    faults = run.faults
    faults += until("streams and waiting requests whose clients have gone keep their places", lambda: b"docservice_feed_clients 0" in run.ask("GET", "/metrics")[1].replace(b"{}", b""))
    if run.vault() != before:
        faults.append("documents below vault/ are not as they were")
    if files_of_vault(data) != files:
        faults.append("files of documents below vault/ are not as they were")
    if run.cases is None:
        faults += [f"no request of the key '{name}' was carried out" for name, count in run.done.values() if count == 0]
        if sum(run.statuses.get(status, 0) for status in (503, 507)) > BUSY_SHARE_MAX * sum(run.statuses.values()):
            faults.append("the server was too busy for most of what it was asked")
    after = resident_mib(pid)
    if run.cases is None and after > max(warm * 1.5, warm + GROWTH_MIB):
        faults.append(f"the server has {after} MiB; after a third of the time it had {warm}")
    print(f"{run.next} cases, answers {dict(sorted(run.statuses.items()))}, {run.resets} resets, resident {warm} then {after} MiB")
    print("carried out: " + ", ".join(f"{name} {count}" for name, count in run.done.values()))
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


main()
