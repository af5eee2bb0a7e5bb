"""What a scan of all documents answers: filters, orders, groups and words, as docs/queries.md says, by simple means.

It shares nothing with the server but that page. A body is what json.loads makes of it, with every number a Decimal.
"""
import decimal
import json
import math
import re
import unicodedata
from decimal import Decimal

decimal.getcontext().prec = 2000
MISSING = object()
FACTS = ("$id", "$version", "$created", "$modified", "$length", "$type")


def parse(text):
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


class Document:
    """The first line of a document's file, and its body."""

    def __init__(self, header, raw):
        self.id, self.version, self.sha256 = header["id"], header["version"], header["sha256"]
        self.raw = raw
        self.body = parse(raw)
        self.facts = {"$id": self.id, "$version": Decimal(self.version), "$length": Decimal(header["length"]), "$type": header["type"],
                      "$created": header["created"], "$modified": header["modified"]}


def found(value, path):
    """Where a dotted path leads: the values at its end, MISSING where an object on the way has nothing there."""
    if not path:
        return [value]
    if isinstance(value, list):
        return [one for element in value if isinstance(element, dict) for one in found(element, path)]
    if isinstance(value, dict):
        return found(value[path[0]], path[1:]) if path[0] in value else [MISSING]
    return [MISSING]


def ends(document, path):
    return [document.facts[path]] if path in FACTS else found(document.body, path.split("."))


def tried(document, path):
    """Each value at the end of a path, and each element of those that are arrays."""
    values = ends(document, path)
    return values + [element for value in values if isinstance(value, list) for element in value]


def rank(value):
    """As queries sort single values; equal ranks are equal values."""
    if value is MISSING or value is None:
        return (2,)
    if value is False or value is True:
        return (9 + value,)
    if isinstance(value, (int, Decimal)):
        return (3, Decimal(value))
    if isinstance(value, str):
        return (6, value.encode("utf-8"))
    if isinstance(value, dict):
        return (7, tuple(sorted((name.encode("utf-8"), rank(one)) for name, one in value.items())))
    return (8, tuple(rank(one) for one in value))


def matches(document, condition):
    return all(holds(document, path, operand) for path, operand in condition.items())


def holds(document, path, operand):
    if path == "$and":
        return all(matches(document, part) for part in operand)
    if path == "$or":
        return any(matches(document, part) for part in operand)
    if path == "$nor":
        return not any(matches(document, part) for part in operand)
    tests = operand if isinstance(operand, dict) and any(name.startswith("$") for name in operand) else {"$eq": operand}
    return all(test(document, path, name, value) for name, value in tests.items())


def test(document, path, name, operand):
    values = tried(document, path)
    if name == "$ne":
        return not test(document, path, "$eq", operand)
    if name == "$nin":
        return not test(document, path, "$in", operand)
    if name == "$not":
        return not all(test(document, path, inner, value) for inner, value in operand.items())
    if name == "$in":
        return any(test(document, path, "$eq", one) for one in operand)
    if name == "$all":
        return all(test(document, path, "$eq", one) for one in operand)
    if name == "$exists":
        return any(value is not MISSING for value in ends(document, path)) == operand
    if name == "$size":
        return any(isinstance(value, list) and len(value) == operand for value in ends(document, path))
    if name == "$regex":
        return any(isinstance(value, str) and re.search(operand, value) for value in values)
    wanted = rank(operand)
    ranks = [rank(value) for value in values]
    same = [one for one in ranks if one[0] == wanted[0]]
    return {"$eq": wanted in ranks, "$gt": any(one > wanted for one in same), "$gte": any(one >= wanted for one in same),
            "$lt": any(one < wanted for one in same), "$lte": any(one <= wanted for one in same)}[name]


def ordered(documents, sort):
    """By "-age,name", then by id."""
    result = sorted(documents, key=lambda document: document.id.encode("utf-8"))
    for part in reversed(sort.split(",")):
        path, descending = part.removeprefix("-"), part.startswith("-")
        result.sort(key=lambda document: sort_rank(document, path, descending), reverse=descending)  # equal ones keep their order
    return result


def sort_rank(document, path, descending):
    ranks = []
    for value in ends(document, path):
        ranks += [(1,)] if value == [] else [rank(one) for one in value] if isinstance(value, list) else [rank(value)]
    return (max if descending else min)(ranks, default=(2,))


def groups(documents, by, compute):
    """Keys in their order, each with its values. A path of a key or a value enters no array here."""
    parts = {}
    for document in sorted(documents, key=lambda one: one.id.encode("utf-8")):
        parts.setdefault(tuple(rank(ends(document, path)[0]) for path in by), []).append(document)
    return [(key, {name: computed(part, *one.items()) for name, one in compute.items()}) for key, part in sorted(parts.items())]


def computed(documents, how):
    kind, path = how
    if path is True:
        return Decimal(len(documents))
    values = [value for document in documents for value in ends(document, path) if value is not MISSING]
    numbers = [value for value in values if isinstance(value, Decimal)]
    if kind == "count":
        return Decimal(len(values))
    if kind in ("min", "max"):
        return {"min": min, "max": max}[kind]((value for value in values if value is not None), key=rank, default=None)
    if not numbers:
        return None
    total = sum(numbers, Decimal(0))
    return total if kind == "sum" else decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN).divide(total, Decimal(len(numbers)))


def fold(word):
    return "".join(one for one in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(one))


class Words:
    """The words of some paths of all documents. The texts of these documents are words with spaces between them."""

    def __init__(self, documents, paths):
        self.of = {}
        for document in documents:
            strings = [value for path in paths for value in tried(document, path) if isinstance(value, str)]
            words = [fold(word) for text in strings for word in text.split()]
            if words:
                self.of[document.id] = words
        self._average = sum(map(len, self.of.values())) / max(1, len(self.of))

    def scores(self, terms):
        """Of each document that has all terms: its bm25."""
        terms = [fold(term) for term in terms]
        having = {term: {key: words.count(term) for key, words in self.of.items() if term in words} for term in terms}
        result = {}
        for key in set.intersection(*(set(one) for one in having.values())):
            length = 1.2 * (0.25 + 0.75 * len(self.of[key]) / self._average)
            result[key] = sum(math.log(1 + (len(self.of) - len(one) + 0.5) / (len(one) + 0.5)) * one[key] * 2.2 / (one[key] + length) for one in having.values())
        return result

    def beginning(self, term):
        """Ids of documents with a word that begins so."""
        return {key for key, words in self.of.items() if any(word.startswith(fold(term)) for word in words)}
