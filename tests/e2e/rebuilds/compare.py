"""Every kind of answer, compared with a scan of the documents' own files: compare.py BASE DATA MODEL SEED [without ID]

Nothing may be written meanwhile. MODEL is what load.py was acknowledged. "without" leaves a document out of the scan, so that
the comparison must fail. Prints a line for each check.
"""
import glob
import json
import os
import random
import sys

import documents
from client import Asking, list_path
from oracle import Decimal, Document, Words, ends, fold, groups, matches, ordered, parse, rank

FILTERS = [
    # Each with the index that must serve it; None: a scan.
    ({"n": 12}, "by-n"), ({"n": None}, None), ({"n": "12"}, "by-n"), ({"n": {"a": 1}}, "by-n"), ({"n": True}, "by-n"), ({"n": []}, "by-n"),
    ({"n": {"$gt": 9007199254740992}}, "by-n"), ({"n": {"$gte": -1, "$lt": 12}}, "by-n"), ({"n": {"$in": [0, 100, "12", True]}}, "by-n"),
    ({"n": {"$ne": 12}}, None), ({"n": {"$exists": False}}, None), ({"n": {"$not": {"$lt": 5}}}, None),
    ({"tags": "t3"}, "by-tags"), ({"tags": {"$all": ["t1", "t2"]}}, "by-tags"), ({"tags": {"$gt": "t5", "$lt": "t7"}}, "by-tags"),
    ({"tags": {"$size": 2}}, None), ({"tags": []}, "by-tags"), ({"tags": {"$nin": ["t1", "t2", "t3"]}}, None),
    ({"address.country": "NO"}, "by-place"), ({"address.country": "SE", "age": {"$gte": 20, "$lt": 40}}, "by-place"),
    ({"address.country": "IS", "age": 33, "tags": "t2"}, "by-place"), ({"address.country": {"$in": ["DK", "FI"]}}, "by-place"),
    ({"age": {"$gte": 50}, "name": "A17"}, "adults"), ({"age": {"$gte": 50}, "name": {"$gt": "e", "$lt": "e2"}}, "adults"), ({"name": "A17"}, None),
    ({"nick": "Bob7"}, "folded"), ({"nick": {"$in": ["zoë3", "ZOË3"]}}, "folded"),
    ({"$or": [{"n": 12}, {"tags": "t9"}]}, None), ({"$nor": [{"age": {"$lt": 90}}]}, None), ({"amount": {"$lt": 300.5}, "age": {"$gt": 70}}, None),
    ({"nick": {"$regex": "^B.*7$"}}, None), ({"$length": {"$lt": 150}}, None),
]
SORTS = ["n", "-n", "tags", "-tags,n", "address.country,-age", "-address.country,age", "name,-amount", "-$version", "$length,-$id", "folded,-nick"]
TERMS = [["river"], ["ecole"], ["ÉCOLE", "green"], ["don't"], ["42", "stone"], ["angstrom"], ["straße"], ["tea", "tea", "mill"], ["nowhere"]]


class Comparison:
    def __init__(self, base, data, seed):
        self.asking = Asking(base)
        self.random = random.Random(seed)
        self.documents = {one.id: one for one in scan(data)}
        self.failed = 0

    def check(self, text, expected, actual):
        if expected == actual:
            print(f"  ok   {text}", flush=True)
            return
        self.failed += 1
        print(f"  FAIL {text}: {difference(expected, actual)}", flush=True)

    def of(self, prefix):
        return [one for key, one in self.documents.items() if key.startswith(prefix)]

    def page(self, **parameters):
        return parse(self.asking.get(list_path(**parameters)))

    def walk(self, limit, **parameters):
        """Ids of all pages, and the count that each page told."""
        ids, counts, more = [], set(), {}
        while True:
            page = self.page(include="id", limit=str(limit), **parameters, **more)
            ids += [one["id"] for one in page["documents"]]
            counts.add(page.get("count"))
            if not page.get("next"):
                return ids, counts
            more = {"cursor": page["next"]}


def scan(data):
    """Each document's file: a line of JSON about it, then its bytes. Hidden documents are the server's own."""
    for path in glob.glob(os.path.join(glob.escape(data), "docs", "*", "*.json")):
        with open(path, "rb") as file:
            header, raw = file.read().split(b"\n", 1)
        header = json.loads(header)
        if not header["id"].startswith("\0"):
            yield Document(header, raw.decode("utf-8"))


def difference(expected, actual):
    if isinstance(expected, list) and isinstance(actual, list):
        at = next((n for n, (one, other) in enumerate(zip(expected, actual)) if one != other), min(len(expected), len(actual)))
        return f"{len(expected)} and {len(actual)}, at {at} {str(expected[at:at + 1])[:300]} and {str(actual[at:at + 1])[:300]}"
    return f"expected {str(expected)[:300]}, got {str(actual)[:300]}"


def sorted_ids(found):
    return sorted((one.id for one in found), key=lambda key: key.encode("utf-8"))


def compare_lists(c):
    every = ordered(c.documents.values(), "$id")
    lines = c.asking.get("/docs?include=raw", {"Accept": "application/x-ndjson"}).decode("utf-8").splitlines()
    exported = [json.loads(line) for line in lines[:-1]]
    c.check("an export has every document, to the byte", [(one.id, one.version, one.sha256, one.raw) for one in every],
            [(one["id"], one["version"], one["sha256"], one["raw"]) for one in exported])
    c.check("and says how many", len(every), json.loads(lines[-1]).get("count"))
    ids = [one.id for one in every]
    c.check("pages of 1,000 show each once", ids, c.walk(1000)[0])
    c.check("pages from the end show each once", ids[::-1], c.walk(1000, reverse="true")[0])
    notes = [key for key in ids if key.startswith("notes/3/")]
    c.check("pages of 23 of a prefix, with their count", (notes, {Decimal(len(notes))}), c.walk(23, prefix="notes/3/", count="true"))
    after, to = sorted(c.random.sample(ids, 2), key=lambda key: key.encode("utf-8"))
    c.check("pages behind one and up to another", ids[ids.index(after) + 1:ids.index(to) + 1], c.walk(1000, after=after, to=to)[0])
    c.check("folders", sorted({key.split("/")[0] + "/" for key in ids if "/" in key}), list(c.page(delimiter="/", limit="1000")["prefixes"]))


def compare_documents(c, model):
    """What was acknowledged, what the files have, what a GET and a multi-get say: all the same."""
    kept = {key: text for key, text in model.items() if text is not None}
    gone = sorted(model.keys() - kept.keys())
    c.check("the files are what was acknowledged", sorted(kept.items()), sorted((one.id, one.raw) for one in c.documents.values()))
    some = c.random.sample(sorted(kept), 500) + c.random.sample(gone, min(500, len(gone)))
    c.check("each document by its id", [(200, kept[key]) if key in kept else (404, None) for key in some],
            [(status, body.decode("utf-8") if status == 200 else None) for status, body in map(c.asking.document, some)])
    some += ["nobody"]
    page = parse(c.asking.post("/query", {"filter": {"$id": {"$in": some}}, "include": "raw", "limit": 1000}))
    c.check("many documents by their ids", [(one.id, one.raw) for one in ordered([c.documents[key] for key in some if key in c.documents], "$id")],
            [(one["id"], one["raw"]) for one in page["documents"]])
    page = c.page(prefix="users/", select="age,address", limit="1000")
    c.check("selected members", [select(one.body) for one in ordered(c.of("users/"), "$id")[:1000]], [one["body"] for one in page["documents"]])


def select(body):
    return {name: value for name, value in body.items() if name in ("age", "address")}


def compare_filters(c):
    users = c.of("users/")
    for condition, index in FILTERS:
        exact = parse(json.dumps(condition))
        expected = sorted_ids(one for one in users if matches(one, exact))
        ids, counts = c.walk(1000, collection="users", filter=condition, count="true", sort="$id")
        c.check(f"{json.dumps(condition, ensure_ascii=False)} ({len(expected)})", (expected, {Decimal(len(expected))}), (ids, counts))
        plan = c.page(collection="users", filter=condition, explain="true", limit="1")["plan"]
        c.check("  by its index" if index else "  by a scan", index, plan.get("index"))
    versions = sorted(one.version for one in users)
    middle = versions[len(versions) // 2]
    c.check("newer than a version", sorted_ids(one for one in users if one.version > middle), c.walk(1000, prefix="users/", filter={"$version": {"$gt": middle}})[0])


def compare_orders(c):
    users = c.of("users/")
    for sort in SORTS:
        c.check(f"sorted by {sort}", [one.id for one in ordered(users, sort)], c.walk(1000, collection="users", sort=sort)[0])
    some = [one for one in users if matches(one, {"address.country": "NO"})]
    c.check("sorted by what the index gives", [one.id for one in ordered(some, "-age")], c.walk(71, collection="users", filter={"address.country": "NO"}, sort="-age")[0])


def compare_groups(c):
    users = c.of("users/")
    compute = {"documents": {"count": True}, "has": {"count": "n"}, "sum": {"sum": "amount"}, "mean": {"avg": "amount"},
               "least": {"min": "name"}, "most": {"max": "age"}, "numbers": {"sum": "n"}}
    for by, condition in ([], {}), (["address.country"], {}), (["address.country", "age"], {"tags": "t4"}), (["n"], {}):
        part = [one for one in users if matches(one, condition)]
        answer = parse(c.asking.post("/query", {"collection": "users", "filter": condition, "aggregate": {"groupBy": by, "compute": compute}}))
        c.check(f"groups by {by} of {condition}", groups(part, by, compute),
                [(tuple(map(rank, group["key"])), {name: group["values"][name] for name in compute}) for group in answer["groups"]])


def compare_words(c):
    users = c.of("users/")
    words = Words(users, ["about", "title"])
    for terms in TERMS:
        scores = words.scores(terms)
        ids, counts = c.walk(1000, collection="users", search=" ".join(terms), sort="$id", count="true")
        c.check(f"documents with {' '.join(terms)} ({len(scores)})", (sorted(scores), {Decimal(len(scores))}), (ids, counts))
        best = c.page(collection="users", search=" ".join(terms), include="id", limit="50")["documents"]
        told = [float(one["score"]) for one in best]
        c.check("  the best first", [True] * min(50, len(scores)), [abs(one - scores[best[n]["id"]]) < 1e-5 for n, one in enumerate(told)])
        c.check("  and none better left out", True, told == sorted(told, reverse=True) and (not told or sorted(scores.values())[-len(told)] - told[-1] < 1e-5))
    c.check("words that begin so", sorted(words.beginning("lo")), c.walk(1000, collection="users", search="lo*", sort="$id")[0])
    phrase = [one.id for one in users for text in strings(one) if f" {fold('north')} {fold('quiet')} " in f" {fold(text)} "]
    c.check(f"words in a row ({len(set(phrase))})", sorted(set(phrase)), c.walk(1000, collection="users", search='"north quiet"', sort="$id")[0])
    rivers = words.scores(["river"])
    some = [one.id for one in users if one.id in rivers and matches(one, {"age": {"$lt": Decimal(30)}})]
    c.check("words and a filter", sorted(some), c.walk(1000, collection="users", search="river", filter={"age": {"$lt": 30}}, sort="$id")[0])


def strings(document):
    return [one for path in ("about", "title") for value in ends(document, path) for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def compare_unique(c):
    people = c.of("people/")
    by_email = {one.body["email"]: one.id for one in people}
    emails = sorted(by_email)
    found = [c.page(collection="people", filter={"email": email}, include="id", explain="true") for email in c.random.sample(emails, 200)]
    c.check("a unique value leads to its document", 200, sum(len(page["documents"]) == 1 and page["plan"].get("index") == "by-email" for page in found))
    page = parse(c.asking.post("/query", {"collection": "people", "filter": {"email": {"$in": emails}}, "include": "id", "limit": 1000, "count": True}))
    c.check("all unique values", Decimal(len(people)), page["count"])
    for name, definition in documents.COLLECTIONS.items():
        status = json.loads(c.asking.get(f"/collections/{name}/status"))
        c.check(f"every index of {name} is ready", [(index, "ready") for index in definition["indexes"]], [(one["name"], one["state"]) for one in status["indexes"]])


def main():
    base, data, path, seed = sys.argv[1:5]
    c = Comparison(base, data, seed)
    if len(sys.argv) > 5:
        del c.documents[sys.argv[6]]
    with open(path, encoding="utf-8") as file:
        compare_documents(c, json.load(file))
    for compare in compare_lists, compare_filters, compare_orders, compare_groups, compare_words, compare_unique:
        compare(c)
    print(f"       {len(c.documents)} documents, {c.asking.asked} requests compared, {c.asking.waited} waited for the index")
    sys.exit(1 if c.failed else 0)


main()
