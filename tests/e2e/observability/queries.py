"""queries.py PROMETHEUS DASHBOARD SECONDS: asks every query of the dashboard and what every alarm watches.

One line each: "ok" or "FAIL", a tab, and words. A query must have at least one series with a number; those that have none are asked again
until the seconds are over."""
import json, math, re, sys, time, urllib.parse, urllib.request

server, file, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])


def ask(path, **parameters):
    try:
        with urllib.request.urlopen(f"{server}{path}?{urllib.parse.urlencode(parameters)}", timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def judge(query):
    answer = ask("/api/v1/query", query=query)
    if answer["status"] != "success":
        return f"not understood: {answer.get('error')}"
    values = [float(series["value"][1]) for series in answer["data"]["result"]]
    if not values:
        return f"no series: {query}"
    return None if any(math.isfinite(value) for value in values) else f"no number: {query}"


def as_asked(expression):
    return expression.replace("[$__rate_interval]", "[30s]").replace("$job", "docservice").replace("$instance", ".*")


queries = []
dashboard = json.load(open(file))
for panel in dashboard["panels"]:
    queries += [(f"panel {panel['title']}", as_asked(target["expr"])) for target in panel.get("targets", [])]
for variable in dashboard["templating"]["list"]:
    if variable["type"] == "query":
        inner = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
        queries.append((f"variable {variable['name']}", f"count by ({inner[2]}) ({as_asked(inner[1])})"))
alerts = [rule for group in ask("/api/v1/rules")["data"]["groups"] for rule in group["rules"]]
for rule in alerts:
    watched = re.fullmatch(r"(.*\S)\s*(?:==|!=|>=|<=|>|<)\s*[0-9.e+-]+", rule["query"], re.DOTALL)
    queries.append((f"alarm {rule['name']}", watched[1] if watched else "is no comparison with a number"))
assert queries and alerts, "there is nothing to ask"

end = time.monotonic() + seconds
faults = {}
while True:
    faults = {number: fault for number, (_, query) in enumerate(queries) if (number in faults or not faults) and (fault := judge(query))}
    if not faults or time.monotonic() >= end:
        break
    time.sleep(0.5)
for number, (words, _) in enumerate(queries):
    print(f"FAIL\t{words}: {faults[number]}" if number in faults else f"ok\t{words}")
sys.exit(1 if faults else 0)
