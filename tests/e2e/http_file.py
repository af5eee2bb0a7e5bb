"""Runs every request of an .http file, top to bottom, and checks the status each announces by "# expect: 201".

Usage: http_file.py BASE FILE...      BASE replaces the value of @host (or @baseUrl, @base) in each file.
Understood: ### separators, # and // comments, "# @name x", @variable = value, {{variable}},
{{x.response.headers.Name}}, {{x.response.body.$.path}}, request line, header fields, body.
"""
import http.client
import json
import re
import sys
from urllib.parse import urlsplit

METHODS = ("GET", "HEAD", "QUERY", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE")
HOST_VARIABLES = ("host", "baseurl", "base", "hostaddress")


class Request:
    def __init__(self):
        self.title = self.name = self.expect = self.line = None
        self.fields, self.body, self.at = [], [], 0


def parse(text):
    """The file's variables and its requests, in order."""
    variables, requests, current, state = {}, [], Request(), "before"
    for at, line in enumerate(text.splitlines(), 1):
        if line.startswith("###"):
            if current.line:
                requests.append(current)
            current, state = Request(), "before"
            current.title = line[3:].strip() or None
            continue
        if state != "body" and re.match(r"\s*(#|//)", line):
            note = re.sub(r"^\s*(#|//)\s*", "", line)
            if match := re.match(r"@name\s+(\S+)", note):
                current.name = match.group(1)
            elif match := re.match(r"expect:\s*(\d{3})\b", note):
                current.expect = int(match.group(1))
        elif state == "before":
            if match := re.match(r"@(\S+)\s*=\s*(.*)$", line):
                variables[match.group(1)] = match.group(2).strip()
            elif line.strip():
                current.line, current.at, state = line.strip(), at, "fields"
        elif state == "fields":
            if not line.strip():
                state = "body"
            else:
                name, _, value = line.partition(":")
                current.fields.append((name.strip(), value.strip()))
        else:
            current.body.append(line)
    if current.line:
        requests.append(current)
    return variables, requests


def substitute(text, variables, answers):
    def value(match):
        name = match.group(1).strip()
        if name in variables:
            return substitute(variables[name], variables, answers)
        if found := re.fullmatch(r"(\w+)\.response\.headers\.(\S+)", name):
            return answers[found.group(1)][0][found.group(2).lower()]
        if found := re.fullmatch(r"(\w+)\.response\.body\.\$\.(\S+)", name):
            node = json.loads(answers[found.group(1)][1])
            for part in found.group(2).split("."):
                node = node[part]
            return node if isinstance(node, str) else json.dumps(node)
        raise KeyError(f"unknown variable {name}")
    return re.sub(r"\{\{(.*?)\}\}", value, text)


def send(request, variables, answers):
    words = substitute(request.line, variables, answers).split()
    method, target = (words[0], words[1]) if words[0] in METHODS else ("GET", words[0])
    parts = urlsplit(target)
    path = target[len(f"{parts.scheme}://{parts.netloc}"):] or "/"
    body = substitute("\n".join(request.body).strip("\n"), variables, answers).encode()
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in request.fields:
        connection.putheader(name, substitute(value, variables, answers))
    if body or method in ("PUT", "POST"):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if request.name:
        answers[request.name] = ({name.lower(): value for name, value in answer.getheaders()}, content)
    return answer.status, content


def run(base, path):
    passed = failed = 0
    with open(path, encoding="utf-8") as file:
        variables, requests = parse(file.read())
    for name in variables:
        if name.lower() in HOST_VARIABLES:
            variables[name] = base
    answers = {}
    for request in requests:
        where = f"{path.rsplit('/', 1)[-1]}:{request.at} {request.title or request.line}"
        if request.expect is None:
            print(f"  FAIL {where}: no '# expect:'")
            failed += 1
            continue
        try:
            status, content = send(request, variables, answers)
        except (KeyError, OSError, http.client.HTTPException) as error:
            status, content = f"no answer ({error!r})", b""
        if status == request.expect:
            print(f"  ok   {where}: {status}")
            passed += 1
        else:
            print(f"  FAIL {where}: expected {request.expect}, got {status}: {content[:300]!r}")
            failed += 1
    return passed, failed


if __name__ == "__main__":
    results = [run(sys.argv[1], path) for path in sys.argv[2:]]
    print(*(sum(counts) for counts in zip(*results)))
