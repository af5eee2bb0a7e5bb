"""Compares every document of a server with what a ledger says that it was as of a commit, and prints how many there are."""
import hashlib
import http.client
import json
import sys
import urllib.parse


def get(host, target):
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request("GET", target)
    answer = connection.getresponse()
    return answer.status, answer.getheader("ETag"), answer.read()


def main():
    host, path, through = sys.argv[1], sys.argv[2], int(sys.argv[3])
    state = {}
    with open(path, encoding="utf-8") as ledger:
        for version, name, digest in sorted((int(version), name, digest) for version, name, digest in (line.split() for line in ledger)):
            if version <= through:
                state[name] = (version, digest)
    wrong = []
    for name, (version, digest) in state.items():
        status, tag, body = get(host, "/docs/" + urllib.parse.quote(name))
        expected = (404, None) if digest == "-" else (200, f'"{version}"')
        if (status, tag if status == 200 else None) != expected or (digest != "-" and hashlib.sha256(body).hexdigest() != digest):
            wrong.append(f"{name}: {status} {tag}, expected {expected}")
    there = [name for name, (_, digest) in state.items() if digest != "-"]
    status, _, body = get(host, "/docs?prefix=w&count=true&limit=1")
    count = json.loads(body).get("count") if status == 200 else None
    if count is not None and count != len(there):
        wrong.append(f"{count} documents, expected {len(there)}")
    print("\n".join(wrong[:10]) if wrong else len(there))
    sys.exit(1 if wrong else 0)


main()
