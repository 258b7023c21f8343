#!/usr/bin/env python3
"""Fills the library of an empty store with images that nobody made: rows as the store keeps them, straight into the tables.

    library.py STORE --images N
"""
import argparse, array, calendar, hashlib, os, random, sqlite3, time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("store")
parser.add_argument("--images", type=int, default=100_000)
options = parser.parse_args()

BLOCK, TIE, MILLISECOND = 1000, 19, 1_000_000
chance = random.Random(1)
words = ["".join(chance.choice("aeiou" if place % 2 else "bcdfgklmnprstvz") for place in range(chance.randint(3, 9)))
         for _ in range(20_000)]
frequent = [1 / (rank + 5) for rank in range(len(words))]
vocabulary = chance.choices(words, frequent, k=1_000_000)

db = sqlite3.connect(os.path.join(options.store, "catalogue.sqlite"), isolation_level=None)
db.executescript("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN")
facets = {}


def facet(kind, value):
    if (kind, value) not in facets:
        db.execute("INSERT INTO libraryFacet (facet, value) VALUES (?, ?)", (kind, value))
        facets[kind, value] = db.execute("SELECT last_insert_rowid()").fetchone()[0]
    return facets[kind, value]


def digest(*parts):
    return hashlib.sha256(repr(parts).encode()).digest()


db.execute("INSERT INTO blob (sha256, size) VALUES (?, 0)", (digest("document"),))
blob = db.execute("SELECT last_insert_rowid()").fetchone()[0]
db.execute("INSERT INTO pinSet (sha256) VALUES (?)", (digest("pins"),))
pins = db.execute("SELECT last_insert_rowid()").fetchone()[0]
members, last = {}, {}
# Three years, some days of which are busier than others.
begin, end = 1_700_000_000_000, 1_795_000_000_000
for number in range(1, options.images + 1):
    when = begin + (end - begin) * number // options.images + chance.randint(0, 60_000)
    place = when << TIE | number & ((1 << TIE) - 1)
    grade = chance.choices(["full", "approximate", "partial"], [2, 94, 4])[0]
    folder = facet("folder", f"output/{number // 2000:04}")
    checkpoint = min(int(chance.paretovariate(1.1)), 200)
    own = [1, facet("grade", grade), folder, facet("kind", "image"), facet("tool", "ComfyUI"),
           facet("checkpoint", f"checkpoint{checkpoint}.safetensors"),
           facet("version", f"checkpoints/checkpoint{checkpoint}.safetensors@v{chance.randint(1, 3)}")]
    reasons = {"full": [], "approximate": ["model.inferred"], "partial": ["model.missing"]}[grade]
    own += [facet("reason", reason) for reason in reasons]
    if chance.random() < 0.6:
        lora = min(int(chance.paretovariate(0.8)), 3000)
        own += [facet("lora", f"style{lora}.safetensors"), facet("version", f"loras/style{lora}.safetensors@v1")]
    base = last.get("base") if chance.random() < 0.05 else None
    if base is None:
        last["base"] = number
    image, snapshot = digest("image", number), digest("snapshot", number)
    name = f"ComfyUI_{number:07}_.png"
    db.execute("INSERT INTO image (id, sha256, snapshot) VALUES (?, ?, ?)", (number, image, number))
    db.execute("INSERT INTO snapshot (id, sha256, short, image, document, models, inputs, recorded) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
               (number, snapshot, snapshot.hex()[:12], number, blob, pins, pins, when * MILLISECOND))
    db.execute("INSERT INTO libraryImage VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'image', 1024, 1024, 'none', 0, ?, ?, 0, NULL, ?)",
               (place, number, number, name, folder, when * MILLISECOND, grade, " ".join(reasons), base, base,
                array.array("I", sorted(set(own))).tobytes()))
    begin_word = chance.randrange(len(vocabulary) - 25)
    db.execute("INSERT INTO libraryWords (rowid, prompt, name, models, seeds) VALUES (?, ?, ?, ?, ?)",
               (place, " ".join(vocabulary[begin_word:begin_word + 25]), name, f"checkpoint{checkpoint}.safetensors",
                str(chance.getrandbits(63))))
    for value in set(own):
        members.setdefault(value, []).append((place, base is not None))
db.execute("DELETE FROM libraryChange")
for value, places in sorted(members.items()):
    places.sort()
    db.executemany("INSERT INTO libraryMember VALUES (?, ?, ?)", ((value, place, folded) for place, folded in places))
    blocks = []
    for place, folded in places:
        at = time.gmtime((place >> TIE) // 1000)
        month = at.tm_year * 12 + at.tm_mon - 1
        if not blocks or blocks[-1][1] != month:
            first = calendar.timegm((at.tm_year, at.tm_mon, 1, 0, 0, 0)) * 1000
            blocks.append([first << TIE, month, 0, 0])
        elif blocks[-1][2] >= BLOCK:
            blocks.append([place, month, 0, 0])
        blocks[-1][2] += 1
        blocks[-1][3] += folded
    db.executemany("INSERT INTO libraryBlock VALUES (?, ?, ?, ?, ?)", ((value, *block) for block in blocks))
# The models whose versions the images name.
folders = {}
for name in ("checkpoints", "loras"):
    db.execute("INSERT INTO directory (parent, name, changed, named) VALUES (1, ?, 0, 0)", (name,))
    folders[name] = db.execute("SELECT last_insert_rowid()").fetchone()[0]
models = {}
for kind, value in sorted(facets):
    if kind != "version":
        continue
    name, number = value.rsplit("@v", 1)
    if name not in models:
        folder, file = name.split("/")
        db.execute("INSERT INTO model (directory, name, versions, changed) VALUES (?, ?, 3, 0)", (folders[folder], file))
        models[name] = db.execute("SELECT last_insert_rowid()").fetchone()[0]
    db.execute("INSERT INTO blob (sha256, size, changed) VALUES (?, ?, 0)", (digest(value), chance.randrange(1 << 33)))
    made = db.execute("SELECT last_insert_rowid()").fetchone()[0]
    db.execute("INSERT INTO version (model, number, blob, modified, recorded) VALUES (?, ?, ?, 0, ?)",
               (models[name], int(number), made, begin * MILLISECOND))
    version = db.execute("SELECT last_insert_rowid()").fetchone()[0]
    db.execute("UPDATE model SET current = ? WHERE id = ?", (version, models[name]))
    db.execute("INSERT INTO event (model, version, cause, since, recorded) VALUES (?, ?, 'add', ?, ?)",
               (models[name], version, begin * MILLISECOND, begin * MILLISECOND))
db.execute("COMMIT")
db.executescript("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE")
print(f"{options.images} images, {len(facets)} values of facets, {os.path.getsize(os.path.join(options.store, 'catalogue.sqlite')) >> 20} MB")
