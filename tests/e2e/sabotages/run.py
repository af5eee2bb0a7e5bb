"""Leaves out one step after the other in a copy of the sources, and demands that its tests fail.

run.py check ROOT             every step is where the list says; prints one line each
run.py all ROOT WORK [WORD]   builds the copy in WORK, with every step behind a switch, and tries those whose name matches WORD
"""
import os
import re
import shutil
import subprocess
import sys
import tomllib

SWITCH = """namespace DocService;

public static class Sabotage
{
    private static readonly string? Chosen = System.Environment.GetEnvironmentVariable("DOCSERVICE_SABOTAGE");

    public static bool Is(string step) => step == Chosen;
}
"""
PROJECTS = ["Index", "Collections", "Storage"]
# In place of a project: scripts of tests/e2e, with their arguments, against the server as it is built from the copy. Each of them must fail.
SCRIPTS = "e2e"
PATIENCE_SECONDS = 900
# Many a step that is left out makes its test wait for good: that is noticed, and nobody waits for the eight minutes that a run of all tests is given.
HANG = "1min"
ENVIRONMENT = {**os.environ, "RunAnalyzers": "false", "EnforceCodeStyleInBuild": "false", "GenerateDocumentationFile": "false"}


def steps(root):
    with open(os.path.join(root, "tests/e2e/sabotages/steps.toml"), "rb") as file:
        return tomllib.load(file)["step"]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def fault(root, step):
    """What is wrong with a step's entry; None when nothing is."""
    if read(os.path.join(root, step["file"])).count(step["find"]) != 1:
        return f"not once in {step['file']}"
    project, names = step["tests"].split(" ", 1)
    if step["name"] not in re.sub(r"\s+", " ", read(os.path.join(root, "docs/durability.md"))):
        return "docs/durability.md does not name it"
    if project == SCRIPTS:
        missing = [script for script, *_ in calls(names) if not os.path.exists(os.path.join(root, "tests/e2e", script))]
        return f"no script {missing[0]}" if missing else None
    tests = "".join(read(os.path.join(folder, name)) for folder, _, files in os.walk(os.path.join(root, f"tests/{project}.Tests"))
                    if "/obj" not in folder and "/bin" not in folder for name in files if name.endswith(".cs"))
    missing = [name for name in names.split("|") if not re.search(rf"\b{name}\b", tests)]
    return f"no test {missing[0]}" if missing else None


def check(root):
    failed = 0
    for step in steps(root):
        wrong = fault(root, step)
        failed += wrong is not None
        print(f"  FAIL {step['name']}: {wrong}" if wrong else f"  ok   {step['name']}")
    return failed


def calls(names):
    """Scripts with their arguments."""
    return [line.split() for line in names.split("|")]


def prepare(root, work, needs_server):
    """The copy, with every step behind the switch: one build serves them all."""
    for name in ["src", "tests"] + [name for name in os.listdir(root) if os.path.isfile(os.path.join(root, name))]:
        source, target = os.path.join(root, name), os.path.join(work, name)
        if os.path.isdir(source):
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("bin", "obj"))
        else:
            shutil.copy(source, target)
    with open(os.path.join(work, "src/Storage/Sabotage.cs"), "w", encoding="utf-8") as file:
        file.write(SWITCH)
    for step in steps(root):
        path = os.path.join(work, step["file"])
        off = f'Sabotage.Is("{step["name"]}")'
        # Those before may have put themselves before this one: what they left of it is still there once.
        text = read(path)
        assert text.count(step["find"]) == 1, f"{step['name']}: another step has changed its place"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace(step["find"], step["with"].replace("{off}", off)))
    if needs_server:
        subprocess.run(["dotnet", "build", f"{work}/src/Api", "-c", "Release", "-v", "q", "--nologo"], check=True, env=ENVIRONMENT)
    for project in PROJECTS:
        subprocess.run(["dotnet", "build", f"{work}/tests/{project}.Tests", "-v", "q", "--nologo"], check=True, env=ENVIRONMENT)


def run(work, step, sabotaged):
    """Failed and passed tests; of a run that does not end nothing is known."""
    project, names = step["tests"].split(" ", 1)
    environment = {**ENVIRONMENT, "DOCSERVICE_SABOTAGE": step["name"] if sabotaged else ""}
    if project == SCRIPTS:
        return run_scripts(work, names, environment, sabotaged)
    command = ["dotnet", "test", f"{work}/tests/{project}.Tests", "--no-build", "--nologo", "--blame-hang-timeout", HANG, "--blame-hang-dump-type", "none",
               "--filter", "|".join(f"FullyQualifiedName~{name}" for name in names.split("|"))]
    output = output_of(command, environment)
    if output is None:
        return [], 0
    failed = re.findall(r"^ +Failed (\S+)", output, re.MULTILINE)
    counts = re.search(r"Failed: +(\d+), Passed: +(\d+),", output)
    if "aborted" in output:
        failed.append("a test did not end" if "inactivity time" in output else "the process ended")
    return sorted({name.split(".")[-1].split("(")[0] for name in failed}), int(counts[2]) if counts else 0


def run_scripts(work, names, environment, sabotaged):
    """What each script found first, and the least number of checks that one of them passed; nothing where one should have failed and did not."""
    found, least = [], None
    for script, *arguments in calls(names):
        output = output_of(["bash", f"{work}/tests/e2e/{script}", *arguments], environment) or ""
        failed = re.findall(r"^  FAIL (.*)", output, re.MULTILINE)
        if sabotaged and not failed:
            return [], 0
        found += [f"{script}: {text[:120]}" for text in failed[:1]]
        counts = re.search(r"^(\d+) passed, \d+ failed$", output, re.MULTILINE)
        passed = int(counts[1]) if counts else 0
        least = passed if least is None else min(least, passed)
    return found, least


def output_of(command, environment):
    """All that the command says; None where it does not end in time."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True) as process:
        try:
            return process.communicate(timeout=PATIENCE_SECONDS)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return None


def try_all(root, work, word):
    chosen = [step for step in steps(root) if re.search(word, step["name"])]
    prepare(root, work, any(step["tests"].startswith(f"{SCRIPTS} ") for step in chosen))
    failed = 0
    for step in chosen:
        found, _ = run(work, step, sabotaged=True)
        failed += not found
        print(f"  ok   {step['name']}: {', '.join(found)}" if found else f"  FAIL {step['name']}: left out, and nothing was found", flush=True)
    for tests in sorted({step["tests"] for step in chosen}):
        found, passed = run(work, {"tests": tests, "name": ""}, sabotaged=False)
        good = not found and passed > 0
        failed += not good
        print(f"  {'ok  ' if good else 'FAIL'} with all steps in their place: {tests.split(' ', 1)[1].split('|')[0]}: {found or passed}", flush=True)
    return failed


if sys.argv[1] == "check":
    sys.exit(1 if check(sys.argv[2]) else 0)
sys.exit(1 if try_all(sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else "") else 0)
