"""Decides, independently of the server, which files are one strict JSON value.

Usage: strict-json.py FILE...   prints "strict FILE" or "refused FILE<TAB>reason" for each.
Strict: valid UTF-8 without BOM, one value, nothing after it, no duplicate names in an object (compared after
unescaping), no comments, trailing commas, NaN or Infinity, no escaped surrogate without its partner.
"""
import json
import sys


class Refused(Exception):
    pass


def unique(pairs):
    names = set()
    for name, _ in pairs:
        if name in names:
            raise Refused(f"duplicate name {name!r}")
        names.add(name)
    check_text(*names)
    return dict(pairs)


def check_text(*texts):
    for text in texts:
        if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
            raise Refused("lone surrogate")


def check_values(value):
    """Strings outside of names; iterative, because depth is not what is judged here."""
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            check_text(value)
        elif isinstance(value, list):
            todo.extend(value)
        elif isinstance(value, dict):
            todo.extend(value.values())


def no_constant(name):
    raise Refused(f"{name} is not JSON")


def judge(path):
    with open(path, "rb") as file:
        content = file.read()
    try:
        text = content.decode("utf-8", "strict")
        if text.startswith("\ufeff"):
            raise Refused("byte order mark")
        # Numbers stay text: their size is nobody's business here.
        check_values(json.loads(
            text, object_pairs_hook=unique, parse_constant=no_constant, parse_float=str, parse_int=str))
    except (Refused, ValueError) as reason:
        return str(reason)
    return None


for name in sys.argv[1:]:
    refusal = judge(name)
    print(f"strict {name}" if refusal is None else f"refused {name}\t{refusal}")
