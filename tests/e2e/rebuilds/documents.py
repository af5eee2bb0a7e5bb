"""Seeded documents: few values each, so that every filter finds some and leaves out some; spelled in many ways."""
import json
import os

WORDS = ["river", "stone", "École", "green", "tea", "longer", "night", "Straße", "don't", "42", "cloud", "iron",
         "quiet", "north", "ample", "violet", "harbour", "seven", "paper", "lantern", "Ångström", "mill", "copper", "field"]
COUNTRIES = ["NO", "SE", "DK", "FI", "IS"]
NUMBERS = ["0", "-7", "12", "12.0", "1.2e1", "0.1", "9007199254740993", "9007199254740992", "1e400", "-2.5e-7", "100"]
COLLECTIONS = {
    "users": {"prefix": "users/", "indexes": {
        "by-n": {"fields": ["n"]},
        "by-tags": {"fields": ["tags"]},
        "by-place": {"fields": ["address.country", "-age"]},
        "adults": {"fields": ["name"], "where": {"age": {"$gte": 50}}},
        "folded": {"fields": ["nick"], "fold": True},
        "words": {"text": ["about", "title"]}}},
    "people": {"prefix": "people/", "indexes": {"by-email": {"fields": ["email"], "unique": True, "fold": True}}},
}


WRITTEN = int(os.environ.get("REBUILDS_WRITTEN", "6000"))  # documents that writers change
READ = int(os.environ.get("REBUILDS_READ", "30000"))  # further ones, so that making the index takes some seconds


def ids():
    """Of documents that are written: most in a collection, some in one with unique values, some in none."""
    return [f"people/{n:05}" if n % 10 == 0 else f"notes/{n % 7}/{n:05}" if n % 10 == 1 else f"users/{n:05}" for n in range(WRITTEN)]


def make(key, random, serial):
    """The text of a new version of a document; no two versions are alike."""
    if key.startswith("people/"):
        # Some change between two values that are theirs alone, so no write is refused for good.
        return json.dumps({"email": f"P{key[-5:]}-{random.randrange(2)}@Example.org", "serial": serial})
    members = [f'"serial":{serial}', f'"age":{random.randrange(100)}', f'"amount":{random.randrange(10_000)}.{random.randrange(100):02}']
    if random.random() < 0.9:
        members.append(f'"n":{random.choice(NUMBERS + ["null", "true", json.dumps("12"), "[]", "[12,0]", json.dumps({"a": 1})])}')
    if random.random() < 0.9:
        tags = [f"t{random.randrange(12)}" for _ in range(random.randrange(4))]
        members.append('"tags":' + json.dumps(tags if random.random() < 0.9 else "t1"))
    members.append(f'"name":"{random.choice("ABCdef")}{random.randrange(300)}"')
    members.append(f'"nick":"{random.choice(["Bob", "bob", "BOB", "Zoë", "ZOË"])}{random.randrange(50)}"')
    if random.random() < 0.95:
        members.append(f'"address": {{"country":"{random.choice(COUNTRIES)}"\n}}')
    members.append('"about":' + json.dumps(" ".join(random.choice(WORDS) for _ in range(random.randrange(1, 9))), ensure_ascii=random.random() < 0.5))
    if random.random() < 0.3:
        members.append('"title":' + json.dumps([random.choice(WORDS), random.choice(WORDS) + " " + random.choice(WORDS)]))
    random.shuffle(members)
    return "{" + random.choice([",", ", ", ",\n  "]).join(members) + "}"
