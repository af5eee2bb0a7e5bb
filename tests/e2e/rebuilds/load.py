"""Writers beside an index that is being made: load.py BASE MODEL SEED [first]

"first" declares the collections and creates the documents. Otherwise four writers overwrite, create and delete documents
until the index answers, and for a while longer. MODEL keeps what was acknowledged: id and text, null for a deleted one.
Prints a line for each check.
"""
import json
import random
import sys
import threading
import time

import documents
from client import JSON, Client, document_path, list_path, problem

WRITERS = 4
WRITES_AFTER = 400
PATIENCE_SECONDS = 90

failed = threading.Event()
answers = threading.Event()
tally_gate = threading.Lock()
tally = {}


def count(name, by=1):
    with tally_gate:
        tally[name] = tally.get(name, 0) + by


def check(text, holds):
    print(f"  {'ok  ' if holds else 'FAIL'} {text}", flush=True)


def demand(holds, text):
    """One check made thousands of times: only what is wrong is printed."""
    if not holds:
        failed.set()
        check(text, False)


def is_building(status, fields, body):
    """Whether a query was told that the index is being made; if so, with its progress."""
    if status != 503:
        return False
    name, told = problem(body)
    if name != "index-building":
        return False
    demand(isinstance(told["done"], int) and isinstance(told["total"], int) and 0 <= told["done"] and "Retry-After" in fields,
           f"index-building without progress: {told}")
    count("told of progress", told["done"] > 0)
    return True


class Writer(threading.Thread):
    """Owns: every WRITERS-th document. What it was acknowledged is in its part of the model."""

    def __init__(self, base, number, seed, model):
        super().__init__()
        self._client = Client(base)
        self._random = random.Random(f"{seed}-{number}")
        self._model = model
        self._ids = documents.ids()[number::WRITERS]
        self._serial = f"{seed}{number}"
        self._made = 0

    def run(self):
        left = WRITES_AFTER
        while left > 0 and not failed.is_set():
            left -= answers.is_set()
            kind = self._random.random()
            key = self._random.choice(self._ids)
            if kind < 0.55:
                self._write(key)
            elif kind < 0.8:
                self._remove(key)
            else:
                self._batch(self._random.sample(self._ids, 6))
            if self._random.random() < 0.2:
                self._look(key)

    def _make(self, key):
        self._made += 1
        return documents.make(key, self._random, int(f"{self._serial}{self._made:06}"))

    def _write(self, key):
        text = self._make(key)
        if self._is_done(self._client.send("PUT", document_path(key), text.encode(), JSON), (201, 204), key.startswith("people/")):
            count("overwritten" if self._model.get(key) else "created")
            self._model[key] = text

    def _remove(self, key):
        if self._is_done(self._client.send("DELETE", document_path(key)), (204,) if self._model.get(key) else (404,), False):
            count("deleted", self._model.get(key) is not None)
            self._model[key] = None

    def _batch(self, keys):
        made = {key: self._make(key) if self._random.random() < 0.6 else None for key in keys}
        operations = [f'{{"op":"put","id":"{key}","body":{text}}}' if text else f'{{"op":"delete","id":"{key}"}}' for key, text in made.items()]
        claims = any(text and key.startswith("people/") for key, text in made.items())
        if self._is_done(self._client.send("POST", "/batch", f'{{"operations":[{",".join(operations)}]}}'.encode(), JSON), (200,), claims):
            count("in batches", len(made))
            self._model.update(made)

    def _is_done(self, answer, expected, claims):
        """A write that takes a unique value may have to wait for the index; no other may."""
        status, fields, body = answer
        if claims and status == 503 and problem(body)[0] == "index-building":
            count("unique values that waited")
            return False
        demand(status in expected, f"a write was answered {status}, not one of {expected}: {body[:300]}")
        if not answers.is_set():
            count("written before it answered")
        return True

    def _look(self, key):
        """Its own document, at once: as acknowledged, by its id and by the index, if that answers."""
        status, _, body = self._client.send("GET", document_path(key))
        text = self._model.get(key)
        demand((status, body) == (200, text.encode()) if text else status == 404, f"{key} is not as acknowledged: {status}")
        status, fields, body = self._client.send("GET", list_path(filter={"$id": key}, include="raw"))
        if is_building(status, fields, body):
            count("queries refused meanwhile")
            return
        demand(status == 200, f"a query was answered {status}: {body[:300]}")
        if status == 200:
            count("queries answered beside writes")
            found = [one["raw"] for one in json.loads(body)["documents"]]
            demand(found == ([text] if text else []), f"a query missed an acknowledged write of {key}: {body[:300]}")


def watch(base):
    """Asks until the index answers. Between two refusals a document is read and written."""
    client = Client(base)
    end = time.monotonic() + PATIENCE_SECONDS
    building, done = False, 0
    while not failed.is_set():
        status, fields, body = client.send("GET", list_path(limit="1"))
        was_building, building = building, is_building(status, fields, body)
        if building:
            before, done = done, problem(body)[1]["done"]
            demand(done >= before, f"the progress went back from {before} to {done}")
            with tally_gate:  # they were answered while it was being made: it still is
                tally["written before the last refusal"] = tally.get("written before it answered", 0)
        count("documents written and read between two refusals", was_building and building)
        if status == 200:
            answers.set()
            return
        demand(building, f"a list was answered {status}: {body[:300]}")
        demand(time.monotonic() < end, "the index did not answer in time")
        status, _, body = client.send("PUT", document_path("watched"), b'{"watched":true}', JSON)
        demand(status in (201, 204), f"a document could not be written: {status} {body[:300]}")
        status, _, body = client.send("GET", document_path("watched"))
        demand((status, body) == (200, b'{"watched":true}'), f"a document could not be read: {status}")


def begin(base, seed):
    client = Client(base)
    source = random.Random(seed)
    for name, definition in documents.COLLECTIONS.items():
        status, _, body = client.send("PUT", f"/collections/{name}?wait=30", json.dumps(definition).encode(), JSON)
        check(f"collection {name} is declared", status == 201)
    model = {key: documents.make(key, source, number) for number, key in enumerate(documents.ids())}
    model = {key: text.replace("\n", " ") for key, text in model.items()}  # each is a line of the import
    model.update({f"still/{number:05}": f'{{"number":{number}}}' for number in range(documents.READ)}, watched='{"watched":true}')
    keys = list(model)
    for start in range(0, len(keys), 5000):
        lines = "".join(f'{{"id":"{key}","body":{model[key]}}}\n' for key in keys[start:start + 5000])
        status, _, body = client.send("POST", "/import", lines.encode(), {"Content-Type": "application/x-ndjson"})
        demand(status == 200 and json.loads(body)["refused"] == 0, f"an import was answered {status}: {body[:300]}")
    check(f"{len(model)} documents are there", not failed.is_set())
    return model


def main():
    base, path, seed = sys.argv[1:4]
    if "first" in sys.argv[4:]:
        model = begin(base, seed)
    else:
        with open(path, encoding="utf-8") as file:
            model = json.load(file)
        parts = [{key: model.get(key) for key in documents.ids()[number::WRITERS]} for number in range(WRITERS)]
        threads = [Writer(base, number, seed, part) for number, part in enumerate(parts)]
        threads.append(threading.Thread(target=watch, args=(base,)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for part in parts:
            model.update(part)
        model["watched"] = '{"watched":true}'
        check("no write was lost from sight, and none refused that could be judged", not failed.is_set())
        print(f"       {', '.join(f'{number} {name}' for name, number in sorted(tally.items()))}")
        for name in ("written before the last refusal", "queries refused meanwhile", "told of progress") if "made-anew" in sys.argv[4:] else ():
            if tally.get(name, 0) > 0:  # a quick machine may be done before the first query: one of the rounds must have seen it
                print(f"  seen {name}", flush=True)
        for name in ("overwritten", "deleted", "created"):
            check(f"documents were {name}", tally.get(name, 0) > 0)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(model, file)


main()
