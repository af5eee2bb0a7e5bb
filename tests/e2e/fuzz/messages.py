"""Makes requests out of the server's own description, and spoils some of them."""
import json
import urllib.parse

import values


class Operation:
    """One operation of the OpenAPI document: what it takes."""

    def __init__(self, document, path, method, described):
        self.path, self.method, self.id = path, method.upper(), described["operationId"]
        self.parameters = [resolve(document, parameter) for parameter in described.get("parameters", [])]
        content = resolve(document, described.get("requestBody", {})).get("content", {})
        self.has_body = bool(content)
        self.examples = []
        for kind in content.values():
            self.examples += [kind["example"]] if "example" in kind else []
            self.examples += [value["value"] for value in map(lambda example: resolve(document, example), kind.get("examples", {}).values()) if "value" in value]


class Message:
    """What is sent: its bytes, and whether every part of it is as HTTP wants it, so that there must be an answer."""

    def __init__(self, method, data, is_framed, waits):
        self.method, self.data, self.is_framed, self.waits = method, data, is_framed, waits


def resolve(document, node):
    while "$ref" in node:
        reference, node = node["$ref"], document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def operations(document):
    return [Operation(document, path, method, described) for path, item in document["paths"].items() for method, described in item.items() if isinstance(described, dict) and "operationId" in described]


def make(random, operation, key):
    """A request for the operation. `key`: what it shows, or None."""
    path = operation.path.replace("{id}", values.identifier(random)) if operation.path == "/docs/{id}" else operation.path
    for name, pool in (("{id}", ["000000000000", "5f0c1b62a9d4", "x", "..", "%00"]), ("{name}", ["fuzz", "fuzz", "vault", "none", "%2e%2e", "A", ""]), ("{key}", [str(n) for n in range(20)] + ["%22", ""]), ("{slug}", ["forbidden", "busy", "x", "..%2f"])):
        path = path.replace(name, random.choice(pool))
    query, fields = [], []
    for parameter in operation.parameters:
        if random.random() > 0.3 and not (parameter.get("required") and random.random() < 0.9):
            continue
        if parameter["in"] == "query":
            query.append((parameter["name"], value_of(random, parameter)))
        elif parameter["in"] == "header":
            fields.append((parameter["name"], str(random.choice(values.FIELDS.get(parameter["name"], values.WORDS)))))
    if random.random() < 0.03:
        query.append((random.choice(["prefix", "limit", "x", "", "version"]), random.choice(values.WORDS)))
    target = path + ("?" + "&".join(f"{name}={urllib.parse.quote(text, safe='/,*:') if random.random() < 0.9 else text}" for name, text in query) if query else "")
    body, kind = values.body_for(random, operation.id, operation.examples) if operation.has_body or random.random() < 0.02 else (b"", None)
    if kind is not None:
        fields.append(("Content-Type", kind if random.random() < 0.93 else random.choice(values.TYPES)))
    if key is not None:
        fields.append(("Authorization", f"Bearer {key}"))
    is_framed = True
    while random.random() < 0.12:
        name = random.choice(list(values.FIELDS))
        is_framed &= name not in ("Content-Length", "Transfer-Encoding", "Host", "Connection", "Upgrade", "Expect")
        fields.append((name, random.choice(values.FIELDS[name])))
    method = operation.method if random.random() < 0.95 else random.choice(["GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "QUERY", "TRACE", "CONNECT", "get", "X" * 40])
    is_framed &= method not in ("CONNECT", "TRACE")
    waits = "wait" in dict(query) or any("event-stream" in text for _, text in fields)
    return spoil(random, encode(random, method, target, fields, body, is_framed, waits))


def value_of(random, parameter):
    name, schema = parameter["name"], parameter.get("schema", {})
    chosen = {
        "prefix": [values.OPEN, values.OPEN, values.OPEN + "1", values.CLOSED, "", "fuzz"], "id": [values.identifier(random)], "collection": ["fuzz", "vault", "none"], "filter": [json.dumps(values.query_filter(random))],
        "wait": ["1", "1", "0", "x"], "confirm": ["0", "1", "5", "-1"], "limit": ["1", "7", "1000", "0", "x"], "since": ["0", "1", "AAAA"], "search": ["word", "a*", "\""], "sort": ["n", "-n,a", "$id", ","],
    }.get(name)
    if chosen and random.random() < 0.85:
        return random.choice(chosen)
    if "enum" in schema and random.random() < 0.8:
        return str(random.choice(schema["enum"]))
    return str(parameter["example"]) if "example" in parameter and random.random() < 0.5 else random.choice(values.WORDS)


def encode(random, method, target, fields, body, is_framed, waits):
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {text}" for name, text in fields]
    if body and random.random() < 0.2:
        lines.append("Transfer-Encoding: chunked")
        cut = random.randrange(len(body) + 1)
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:cut], body[cut:]) if part) + b"0\r\n\r\n"
    elif body or method in ("PUT", "POST", "PATCH", "QUERY"):
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    is_framed &= method != "HEAD" or "%00" not in target  # the web server refuses that before it knows the method: the answer has a body
    is_framed &= " " not in target and all(0x20 < ord(letter) < 0x7f for letter in target) and head.isascii()
    return Message(method.encode(), head.encode("latin-1", "replace") + body, is_framed, waits)


def spoil(random, message):
    """One in eight is changed anywhere: a byte, a piece, a line."""
    data = message.data
    if random.random() > 0.125:
        return message
    at, other = random.randrange(len(data)), random.randrange(len(data))
    kind = random.randrange(6)
    if kind == 0:
        data = data[:at] + bytes([random.randrange(256)]) + data[at + 1:]
    elif kind == 1:
        data = data[:at] + data[at + random.randrange(1, 20):]
    elif kind == 2:
        data = data[:at] + data[min(at, other):max(at, other)][:200] + data[at:]
    elif kind == 3:
        data = data[:at]
    elif kind == 4:
        data = data[:at] + random.choice([b"\r\n", b"\n", b"\0", b"\r\n\r\n", b"%00", b"..", b"\xff\xfe", b" " * 50, b"A" * 9000]) + data[at:]
    else:
        data = data.replace(b"HTTP/1.1", random.choice([b"HTTP/1.0", b"HTTP/2.0", b"HTTP/0.9", b"http/1.1", b"HTTP/1.10"]), 1)
    return Message(data.split(b" ", 1)[0], data, False, message.waits)
