"""Reads what a server sends, as strictly as RFC 9112 has it. A fault is a ValueError that says what is wrong."""
import json
import re

STATUS = re.compile(rb"HTTP/1\.1 ([1-5][0-9][0-9]) [\t\x20-\x7e\x80-\xff]*")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")


SECURITY = {
    b"x-content-type-options": b"nosniff", b"cross-origin-opener-policy": b"same-origin", b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
}


class Answer:
    """One answer: status, fields (lower case), body; whether it was cut off because nobody waited for its end."""

    def __init__(self, status, fields, body, is_whole):
        self.status, self.fields, self.body, self.is_whole = status, fields, body, is_whole


def read_all(data, methods, is_ended):
    """The answers in what a connection has sent. `methods`: those of the requests, in order; `is_ended`: nothing follows."""
    answers = []
    while data:
        method = methods[len(answers)] if len(answers) < len(methods) else None
        answer, data = read_one(data, method, is_ended)
        if answer is None:
            break
        if answer.status >= 200:
            answers.append(answer)
            if answer.is_whole:
                judge(answer)
    return answers


def read_one(data, method, is_ended):
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator:
        if is_ended:
            raise ValueError(f"the connection ends in the head of an answer: {data[:200]!r}")
        return None, b""
    lines = head.split(b"\r\n")
    first = STATUS.fullmatch(lines[0])
    if not first:
        raise ValueError(f"no status line: {lines[0][:200]!r}")
    fields = {}
    for line in lines[1:]:
        parts = FIELD.fullmatch(line)
        if not parts:
            raise ValueError(f"no header field: {line[:200]!r}")
        fields.setdefault(parts[1].lower(), []).append(parts[2])
    status = int(first[1])
    if method == b"HEAD" or status < 200 or status in (204, 304):
        return Answer(status, fields, b"", True), rest
    if b"transfer-encoding" in fields:
        if fields[b"transfer-encoding"] != [b"chunked"] or b"content-length" in fields:
            raise ValueError("the framing of an answer is said twice, or is not 'chunked'")
        return read_chunks(status, fields, rest, is_ended)
    if b"content-length" in fields:
        lengths = fields[b"content-length"]
        if len(lengths) != 1 or not lengths[0].isdigit():
            raise ValueError(f"Content-Length: {lengths}")
        length = int(lengths[0])
        if len(rest) < length and is_ended:
            raise ValueError(f"{length} bytes were announced and {len(rest)} came with {status}")
        return Answer(status, fields, rest[:length], len(rest) >= length), rest[length:]
    if fields.get(b"connection") != [b"close"] and not is_ended:
        raise ValueError(f"nothing says where the answer {status} ends")
    return Answer(status, fields, rest, is_ended), b""


def read_chunks(status, fields, rest, is_ended):
    body = b""
    while True:
        line, separator, rest = rest.partition(b"\r\n")
        if separator and not re.fullmatch(rb"[0-9a-fA-F]{1,8}", line):
            raise ValueError(f"no length of a chunk: {line[:50]!r}")
        length = int(line, 16) if separator else 0
        if not separator or len(rest) < length + 2:
            if is_ended and status != 200:  # a stream or an export is broken off so that it does not look whole
                raise ValueError(f"an answer {status} is cut off in a chunk")
            return Answer(status, fields, body, False), b""
        if rest[length:length + 2] != b"\r\n":
            raise ValueError("a chunk does not end where it says")
        body, rest = body + rest[:length], rest[length + 2:]
        if length == 0:
            return Answer(status, fields, body, True), rest


def judge(answer):
    """What holds for every answer of this server."""
    for name, value in SECURITY.items():
        if answer.fields.get(name) != [value]:
            raise ValueError(f"{answer.status} with {name.decode()}: {answer.fields.get(name)}")
    if not answer.fields.get(b"content-security-policy", [b""])[0].endswith(b"frame-ancestors 'none'") or b"server" in answer.fields:
        raise ValueError(f"{answer.status} without a policy, or with the name of the server: {answer.fields}")
    if answer.status == 401 and not answer.fields.get(b"www-authenticate", [b""])[0].startswith(b"Bearer "):
        raise ValueError("401 without WWW-Authenticate")
    if answer.fields.get(b"content-type", [b""])[0].startswith(b"application/problem+json") and answer.body:
        problem = json.loads(answer.body)
        if problem.get("status") != answer.status or not re.fullmatch(r"[^?#]*/problems/[a-z0-9-]+", problem.get("type", "")) or not problem.get("title"):
            raise ValueError(f"a problem of {answer.status} that is none: {answer.body[:200]!r}")
        if answer.status in (429, 503) and problem["type"].rsplit("/", 1)[1] in ("busy", "too-many-requests", "shutting-down") and b"retry-after" not in answer.fields:
            raise ValueError(f"{answer.status} without Retry-After")
    elif answer.status >= 400 and answer.body:
        raise ValueError(f"{answer.status} that is no problem: {answer.fields.get(b'content-type')} {answer.body[:100]!r}")
