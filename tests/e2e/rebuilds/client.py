"""One connection to the server, and what stands in its answers."""
import http.client
import json
import time
import urllib.parse

JSON = {"Content-Type": "application/json"}


class Client:
    """Owns: one connection. One thread uses it."""

    def __init__(self, base):
        self._host = base.removeprefix("http://")
        self._connection = http.client.HTTPConnection(self._host, timeout=60)

    def send(self, method, path, body=None, fields=None):
        """Status, header fields and bytes of the answer. A connection that was closed meanwhile is opened again for what only reads."""
        for attempt in range(2):
            try:
                self._connection.request(method, path, body, fields or {})
                answer = self._connection.getresponse()
                return answer.status, answer.headers, answer.read()
            except (http.client.HTTPException, ConnectionError):
                self._connection.close()
                self._connection = http.client.HTTPConnection(self._host, timeout=60)
                if method != "GET" or attempt == 1:
                    raise
        raise AssertionError


def document_path(key):
    return "/docs/" + urllib.parse.quote(key)


def list_path(**parameters):
    return "/docs?" + urllib.parse.urlencode({name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()})


def problem(body):
    """The last segment of a problem's type, and the problem."""
    told = json.loads(body)
    return told["type"].rsplit("/", 1)[-1], told


class Asking:
    """Queries that wait while the index is being made: how often they had to is counted."""

    PATIENCE_SECONDS = 60

    def __init__(self, base):
        self._client = Client(base)
        self.asked = 0
        self.waited = 0

    def get(self, path, fields=None):
        return self._ask("GET", path, None, fields)

    def post(self, path, body):
        return self._ask("POST", path, json.dumps(body), JSON)

    def document(self, key):
        """Status and bytes of one document."""
        self.asked += 1
        status, _, body = self._client.send("GET", document_path(key))
        return status, body

    def _ask(self, method, path, body, fields):
        self.asked += 1
        end = time.monotonic() + self.PATIENCE_SECONDS
        while True:
            status, _, answer = self._client.send(method, path, body, fields)
            if status == 200:
                return answer
            name = problem(answer)[0]
            if status != 503 or name != "index-building" or time.monotonic() > end:
                raise AssertionError(f"{method} {path} {body or ''}: {status} {name}")
            self.waited += 1
            time.sleep(0.05)
