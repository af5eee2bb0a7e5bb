"""Reads an strace log (-f -yy -o) and asserts the order of the steps of one write.

Usage: trace.py put|delete durable|filed LOG DATA_DIRECTORY CLIENT_PORT

A call that strace printed in two parts (unfinished, resumed) began at the line of the first and ended at the line of
the second. "a before b" always means: a had returned before b began.
"""
import re
import sys
from collections import namedtuple

Call = namedtuple("Call", "name arguments result begin end")
WHOLE = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+=\s+(\S.*)$")
UNFINISHED = re.compile(r"^(\d+)\s+(\w+)\((.*?)\s*<(?:unfinished|detached) \.\.\.>$")
RESUMED = re.compile(r"^(\d+)\s+<\.\.\. (\w+) resumed>(.*)\)\s+=\s+(\S.*)$")
SENDS = ("sendmsg", "sendto", "send", "write", "writev")


def read(path):
    """The calls in the order in which they began."""
    calls, open_calls = [], {}
    with open(path, encoding="utf-8", errors="backslashreplace") as log:
        for at, line in enumerate(log):
            line = line.rstrip("\n")
            if match := UNFINISHED.match(line):
                thread, name, arguments = match.groups()
                open_calls[thread, name] = (at, arguments)
            elif match := RESUMED.match(line):
                thread, name, arguments, result = match.groups()
                begin, first = open_calls.pop((thread, name), (at, ""))
                calls.append(Call(name, first + arguments, result, begin, at))
            elif match := WHOLE.match(line):
                _, name, arguments, result = match.groups()
                calls.append(Call(name, arguments, result, at, at))
    # Begun, and strace left before they returned: the client can have its answer before the call that sent it ends.
    calls += [Call(name, arguments, "?", at, float("inf")) for (_, name), (at, arguments) in open_calls.items()]
    return sorted(calls, key=lambda call: call.begin)


def fail(text):
    sys.exit(f"trace: {text}")


def one(calls, what, wanted, after=None):
    """The first call that is wanted; it must have succeeded and begun after `after` returned."""
    for call in calls:
        if wanted(call):
            if after is not None and call.begin <= after.end:
                fail(f"{what} began before the step in front of it had returned")
            if call.result.startswith("-1"):
                fail(f"{what} failed: {call.result}")
            return call
    fail(f"no {what}")


def is_sync_of(path, name="fsync"):
    return lambda call: call.name == name and re.fullmatch(rf"\d+<{re.escape(path)}>", call.arguments)


def check_response(calls, port, last_step):
    connection = re.compile(rf"^\d+<TCPv?6?:\[[^]]*->[^]]*:{port}\]+>")
    answer = one(calls, "answer on the client's connection",
                 lambda call: call.name in SENDS and connection.match(call.arguments), last_step)
    if "HTTP/1.1 20" not in answer.arguments:
        fail(f"the answer is no success: {answer.arguments[:200]}")


def check_journal(calls, data):
    """One group with a commit record (magic, type 1, checksum 1) written to a segment, and the segment synced."""
    record = re.compile(rf'^\d+<({re.escape(data)}/journal/\d{{8}}\.journal)>, ".*?DCRD\\1\\1')
    write = one(calls, "write of the record to the journal",
                lambda call: call.name == "pwrite64" and record.match(call.arguments))
    at = re.search(r", (\d+), (\d+)$", write.arguments)
    if int(write.result) != int(at.group(1)) or int(at.group(1)) % 4096 or int(at.group(2)) % 4096:
        fail(f"the group is not whole blocks written at one go: {at.group()} = {write.result}")
    segment = record.match(write.arguments).group(1)
    return write, one(calls[calls.index(write):], "fdatasync of the journal",
                      is_sync_of(segment, "fdatasync"), write)


def check_put(calls, data, after):
    temp_name = re.compile(rf'^\d+<({re.escape(data)}/docs/[0-9a-f]{{2}})>, "(\.tmp-\d+)", [A-Z_|]*O_CREAT[A-Z_|]*O_EXCL')
    create = one(calls, "creation of a temporary file",
                 lambda call: call.name == "openat" and temp_name.match(call.arguments), after)
    directory, temp = temp_name.match(create.arguments).groups()
    path = f"{directory}/{temp}"
    is_write = re.compile(rf"^\d+<{re.escape(path)}>.*, (\d+), (\d+)$")
    write = one(calls, "write to it", lambda call: call.name == "pwrite64" and is_write.match(call.arguments), create)
    writes = [call for call in calls if call.name == "pwrite64" and is_write.match(call.arguments)]
    end = 0
    for call in writes:
        if int(is_write.match(call.arguments).group(2)) != end or int(call.result) <= 0:
            fail(f"the write at {end} is missing")
        end += int(call.result)
    sync = one(calls, "fsync of it", is_sync_of(path), writes[-1])
    name = rf'\d+<{re.escape(directory)}>'
    rename = one(calls, "rename of it into the same directory",
                 lambda call: call.name.startswith("rename")
                 and re.match(rf'{name}, "{re.escape(temp)}", {name}, "[^"]+\.json"', call.arguments),
                 sync)
    sync_names = one(calls, "fsync of the directory", is_sync_of(directory), rename)
    return ["created", "written", "fsync", "renamed", "directory fsync"], [create, write, sync, rename, sync_names]


def check_delete(calls, data, after):
    removed = re.compile(rf'^\d+<({re.escape(data)}/docs/[0-9a-f]{{2}})>, "[^"]+\.json", 0')
    unlink = one(calls, "unlink of the document",
                 lambda call: call.name == "unlinkat" and removed.match(call.arguments), after)
    directory = removed.match(unlink.arguments).group(1)
    sync_names = one(calls, "fsync of the directory", is_sync_of(directory), unlink)
    return ["unlinked", "directory fsync"], [unlink, sync_names]


def check(kind, level, calls, data, port):
    write, sync = check_journal(calls, data)
    steps, found = ["journal write", "fdatasync"], [write, sync]
    if level == "filed":
        more, calls_found = {"put": check_put, "delete": check_delete}[kind](calls, data, sync)
        steps, found = steps + more, found + calls_found
    check_response(calls, port, found[-1])
    return steps + ["answered"], found


if __name__ == "__main__":
    kind, level, log, data, port = sys.argv[1:]
    steps, found = check(kind, level, read(log), data, port)
    print(" < ".join(steps), *(call.end + 1 for call in found))
