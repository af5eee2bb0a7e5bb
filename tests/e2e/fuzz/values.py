"""Values for the parameters, fields and bodies of requests: right ones, nearly right ones, and hostile ones."""
import json

OPEN = "fuzz/"     # what the fuzz's keys may touch
CLOSED = "vault/"  # what no such key may write, and only one may read

IDS = [f"{OPEN}{n}" for n in range(60)]
OTHERS = [f"{CLOSED}{n}" for n in range(20)]
STRANGE_IDS = [
    f"{OPEN}../{CLOSED}1", f"{OPEN}%2e%2e/{CLOSED}1", f"{OPEN}%2F..%2F{CLOSED}1", f"{OPEN}./1", "fuzz", "fuzz%2F1", f"/{OPEN}1", f"//{CLOSED}1", "FUZZ/1", f"{OPEN}%00", f"{OPEN}%",
    f"{OPEN}%zz", f"{OPEN}\u00e4".encode().decode("latin-1"), f"{OPEN}%C3%A4", f"{OPEN}%ff", f"{OPEN}{'x' * 1020}", f"{OPEN}{'y' * 1100}", f"{OPEN}%E2%80%8B", f"{OPEN}a%20b", f"{OPEN}1;{CLOSED}1", f"{CLOSED}%31",
    "%76ault/1", "vault%2f1", f"{OPEN}1%0d%0aX: y", "%00api-keys", "%01", "", ".", "..", "*", f"{OPEN}1?", f"{OPEN}1%3Fversion=1", f"{OPEN}\\..\\{CLOSED}1",
]
WORDS = ["1", "0", "-1", "true", "false", "null", "*", "", " ", "a", "\"", "{}", "[]", "9007199254740993", "18446744073709551616", "1e400", "2027-01-31T12:00:00Z", "none", "..", "%", "\u00e9".encode().decode("latin-1")]
CONDITIONS = ["*", "\"1\"", "\"0\"", "W/\"1\"", "\"", "1", "\"1\", \"2\"", "\"18446744073709551615\"", "\"x\""]
TYPES = ["application/json"] * 6 + ["application/merge-patch+json", "application/json-patch+json", "application/x-ndjson", "text/plain", "application/json; charset=utf-16", "application/problem+json", "", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"]
FIELDS = {
    "If-Match": CONDITIONS, "If-None-Match": CONDITIONS, "If-Modified-Since": ["Thu, 01 Jan 2026 00:00:00 GMT", "yesterday"], "If-Unmodified-Since": ["Thu, 01 Jan 2026 00:00:00 GMT", "0"],
    "Prefer": ["return=representation", "return=minimal", "return=", "wait=1", "return=representation, return=minimal"], "Durability": ["buffered", "durable", "filed", "none", "\"filed\""],
    "Idempotency-Key": [f"\"{n}\"" for n in range(20)] + ["", "x", "\"" + "k" * 300 + "\"", "\"a\", \"b\""], "Content-Digest": ["sha-256=:AAAA:", "sha-256=::", "md5=:AAAA:", ""], "Repr-Digest": ["sha-256=:AAAA:"],
    "Accept": ["application/x-ndjson", "text/event-stream", "*/*", "application/json;q=0", "", "a/b"], "Range": ["bytes=0-1", "bytes=-1", "x"], "Content-Encoding": ["gzip", "identity"], "Expect": ["100-continue", "200-ok"],
    "Host": ["localhost", "vault", "", "a:b:c", "[::1]", "user@localhost"], "X-Forwarded-Prefix": ["/store", "//x", "a\\b"], "X-HTTP-Method-Override": ["DELETE"], "Sec-Fetch-Site": ["cross-site", "same-origin"],
    "Origin": ["https://elsewhere.example", "null"], "Last-Event-ID": ["1", "x", "", "999"], "Cookie": ["a=b"], "Connection": ["close", "keep-alive", "upgrade"], "Upgrade": ["h2c", "websocket"], "Content-Length": ["0", "5", "-1", "1, 1", "x"],
    "Transfer-Encoding": ["chunked", "gzip, chunked", "identity"], "TE": ["trailers"], "Trailer": ["X"], "Authorization": ["Basic YTpi", "Bearer ", "Bearer ds_", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30."],
}
MEMBERS = ["id", "op", "body", "a", "n", "text", "prefix", "filter", "sort", "limit", "operations", "$or", "$and", "$in", "$gt", "$id", "indexes", "fields", "unique", "schema", "type", "timeToLive", "history", "path", "value", "by"]


def document(random, depth=0):
    """Any JSON value, nested a little."""
    kind = random.randrange(9 if depth < 4 else 5)
    if kind < 2:
        return random.choice([0, 1, -1, 17, 1.5, 1e300, 9007199254740993, -0.0])
    if kind < 4:
        return random.choice(["", "a", "fuzz/1", "vault/1", "\u0000", "\ud800", "e\u0301", "word " * 20, "2027-01-31T12:00:00Z"])
    if kind == 4:
        return random.choice([None, True, False])
    if kind == 5:
        return [document(random, depth + 1) for _ in range(random.randrange(4))]
    return {random.choice(MEMBERS): document(random, depth + 1) for _ in range(random.randrange(5))}


def identifier(random):
    return random.choice(IDS if random.random() < 0.6 else OTHERS if random.random() < 0.6 else STRANGE_IDS)


def query_filter(random):
    return random.choice([{"n": 1}, {"n": {"$gt": 0}}, {"text": {"$prefix": "a"}}, {"$or": [{"n": 1}, {"a": None}]}, {"$id": {"$in": ["fuzz/1", "vault/1"]}}, document(random)])


def operation(random):
    made = {"op": random.choice(["put", "put", "delete", "check", "add", "patch", "move"]), "id": identifier(random)}
    for member, value in (("body", document(random)), ("ifMatch", random.choice(CONDITIONS)), ("ifNoneMatch", "*"), ("path", "/n"), ("by", random.choice([1, -1, 0.5, 1e99])), ("patch", document(random))):
        if random.random() < (0.8 if member == "body" and made["op"] == "put" else 0.2):
            made[member] = value
    return made


def definition(random):
    made = {"prefix": random.choice([OPEN, OPEN, OPEN + "a/", CLOSED, "", "fuzz", "x"])}
    if random.random() < 0.4:
        made["indexes"] = {random.choice(["by-n", "words", "A B", ""]): random.choice([{"fields": ["n"]}, {"fields": ["n"], "unique": True}, {"text": ["text"]}, {"fields": []}, document(random)])}
    for member, value in (("history", random.choice([1, 3, 0, 1001, "x"])), ("timeToLive", random.choice([3600, {"field": "until"}, 0, -1, "x"])), ("schema", random.choice([{"type": "object"}, True, {"type": "nothing"}, {"pattern": "(a+)+$"}, document(random)]))):
        if random.random() < 0.15:
            made[member] = value
    return made


def body_for(random, operation_id, examples):
    """A body that fits the operation, most of the time: bytes and its type."""
    kind = "application/json"
    if examples and random.random() < 0.2:
        value = random.choice(examples)
    elif operation_id == "PostBatch":
        value = {"operations": [operation(random) for _ in range(random.randrange(6))]}
    elif operation_id == "PostQuery":
        value = {"prefix": random.choice([OPEN, OPEN, CLOSED, "", "fuzz/1"])}
        for member, other in (("filter", query_filter(random)), ("sort", random.choice(["n", "-a,n", ["n"], 1])), ("limit", random.choice([1, 5, 0, 10 ** 9])), ("count", True), ("select", ["n", "/a"]), ("search", "word"),
                              ("aggregate", {"groupBy": ["a"], "compute": {"n": {"count": True}}}), ("collection", random.choice(["fuzz", "vault"])), ("cursor", "AAAA"), ("explain", True)):
            if random.random() < 0.2:
                value[member] = other
    elif operation_id == "PutCollection":
        value = definition(random)
    elif operation_id == "PostKey":
        value = {"name": "made", "rights": {random.choice(["read", "write", "operate"]): [random.choice(["*", OPEN, CLOSED])]}}
    elif operation_id == "PatchDocument":
        kind = random.choice(["application/merge-patch+json", "application/json-patch+json"])
        value = [{"op": random.choice(["add", "replace", "remove", "test", "move", "copy"]), "path": random.choice(["/n", "/a/0", "", "/a/-", "n"]), "from": "/a", "value": document(random)}] if "json-patch" in kind else document(random)
    elif operation_id == "Import":
        lines = [json.dumps({"id": identifier(random), "body": document(random)}) for _ in range(random.randrange(8))]
        return "\n".join(lines).encode("utf-8", "replace"), "application/x-ndjson"
    else:
        value = document(random)
    return json.dumps(value, ensure_ascii=random.random() < 0.7).encode("utf-8", "replace"), kind
