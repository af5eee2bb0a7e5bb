"""containerfile.py FILE: what this project asks of its container, read from the file; one line for each rule that is broken."""
import json, re, sys

text = open(sys.argv[1]).read()
lines = [line for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip() and not line.startswith("#")]
instructions = [line.split(None, 1) for line in lines]
faults = []


def rule(holds, words):
    if not holds:
        faults.append(words)


froms = [words.split() for name, words in instructions if name == "FROM"]
last = max(index for index, (name, _) in enumerate(instructions) if name == "FROM")
final = instructions[last:]


def all_of(name, among=final):
    return [words for one, words in among if one == name]


def exec_form(words):
    try:
        return all(isinstance(word, str) for word in json.loads(words))
    except ValueError:
        return False


for words in froms:
    image = words[0]
    tag = image.rsplit("/", 1)[-1].partition(":")[2]
    rule(tag not in ("", "latest"), f"{image} names no version")
    rule("@" not in image, f"{image} is pinned to a digest, and gets no fixes")
    rule(image.startswith("mcr.microsoft.com/dotnet/"), f"{image} is not Microsoft's")
rule("chiseled" in froms[-1][0], "the last stage has a shell: its image is not chiseled")
rule(not all_of("RUN"), "the last stage runs something, and has no shell")
stages = {words[2] for words in froms if len(words) == 3 and words[1] == "AS"}
for words in all_of("COPY"):
    stage = re.match(r"--from=(\S+)", words)
    rule(stage and stage[1] in stages, f"COPY {words}: from no stage of this file")
rule(not all_of("ADD", instructions), "ADD: use COPY")
users = all_of("USER")
rule(len(users) == 1 and re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[0]), "USER is not one number that is not root's")
rule(all_of("VOLUME") == ["/data"], "the volume is not /data")
rule(any("--chown=" + users[0] in words and words.endswith(" /data") for words in all_of("COPY")) if users else False, "/data is not its user's")
rule(all_of("STOPSIGNAL") == ["SIGTERM"], "STOPSIGNAL is not SIGTERM")
rule(len(all_of("ENTRYPOINT")) == 1 and exec_form(all_of("ENTRYPOINT")[0]), "ENTRYPOINT would start a shell, which passes no signal on")
health = all_of("HEALTHCHECK")
command = health[0].partition("CMD ")[2] if health else ""
rule(exec_form(command), "HEALTHCHECK would start a shell")
environment = dict(pair.split("=", 1) for words in all_of("ENV") for pair in words.split())
port = environment.get("ASPNETCORE_HTTP_PORTS")
rule(all_of("EXPOSE") == [port], "EXPOSE is not the port it listens on")
rule(f"http://127.0.0.1:{port}\"" in command, "HEALTHCHECK asks another port")
rule(environment.get("DocService__DataDirectory") == "/data", "the data is not in the volume")
rule(environment.get("DOTNET_EnableDiagnostics") == "0", "the runtime's diagnostics would write to /tmp")
print("\n".join(faults))
sys.exit(1 if faults else 0)
