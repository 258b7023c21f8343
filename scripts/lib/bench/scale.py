"""A store as large as an archive's: models by `reprofs add`, one real snapshot, and that snapshot again and again.

  python3 scale.py STORE [--images N] [--models N] [--folders N] [--sets N]

Every image has rows of its own everywhere that a snapshot of it would have made some: its seed and its models are its own, its
prompt, workflow, snapshot and recipe are the texts that follow, under the hashes that they have. Models are real files of a few
hundred bytes, each in three versions. `--sets` is how many different pairs of models the images use.
"""
import argparse, hashlib, json, os, sqlite3, subprocess, sys, tempfile, time
import zstandard

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURE = os.path.join(HERE, "../../../Tests/Fixtures/ComfyUI/txt2img_lora/txt2img_lora_00001_.png")


def digest(data):
    return hashlib.sha256(data).digest()


def model_bytes(number, version):
    data = hashlib.sha256(b"%d %d" % (number, version)).digest() * 2
    head = json.dumps({"weight": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}).encode()
    return len(head).to_bytes(8, "little") + head + data


def model_name(number, count):
    """A fifth are checkpoints; none of the directories holds more than a thousand."""
    folder, number = ("checkpoints", number) if number < count // 5 else ("loras", number)
    return folder, f"set-{number // 1000:03}/m{number:06}.safetensors"


def reprofs(store, *arguments):
    done = subprocess.run([os.environ["REPROFS"], *arguments], env=dict(os.environ, REPROFS_STORE=store),
                          capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"reprofs {' '.join(arguments)}: {done.stderr}")


def add_models(store, work, count):
    directory = os.path.join(work, "models")
    for version in (1, 2, 3):
        for number in range(count):
            path = os.path.join(directory, *model_name(number, count))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(model_bytes(number, version))
        reprofs(store, "add", directory)


class Prototype:
    """The one real snapshot: its rows, and its texts with holes."""

    def __init__(self, database, name):
        self.database = database
        one = lambda sql, *arguments: database.execute(sql, arguments).fetchone()
        self.snapshot = one("SELECT * FROM snapshot WHERE id = (SELECT max(id) FROM snapshot)")
        columns = [row[1] for row in database.execute("PRAGMA table_info(snapshot)")]
        row = dict(zip(columns, self.snapshot))
        self.image = one("SELECT lower(hex(sha256)), pixels FROM image WHERE id = ?", row["image"])
        self.inputs, self.recorded = row["inputs"], row["recorded"]
        expand = zstandard.ZstdDecompressor()
        text = lambda blob: expand.decompress(one("SELECT zstd FROM document WHERE blob = ?", row[blob])[0]).decode()
        self.prompt, self.workflow, self.document = text("prompt"), text("workflow"), text("document")
        self.id = row["sha256"].hex()
        self.renderings = database.execute(
            "SELECT kind, grade, zstd FROM rendering WHERE snapshot = ? ORDER BY kind", (row["id"],)).fetchall()
        self.renderings = [(kind, grade, expand.decompress(data).decode()) for kind, grade, data in self.renderings]
        self.wants = database.execute("SELECT kind, value FROM want WHERE image = ?", (row["image"],)).fetchall()
        self.name = name


class Images:
    """Writes the rows of images."""

    def __init__(self, database, prototype, sets, models, shas):
        self.database, self.prototype, self.models, self.shas = database, prototype, models, shas
        self.compress = zstandard.ZstdCompressor(level=3).compress
        self.sets = [self.pin_set(number, len(models) // 5) for number in range(sets)]
        self.blob = database.execute("SELECT max(id) FROM blob").fetchone()[0]
        self.snapshot = database.execute("SELECT max(id) FROM snapshot").fetchone()[0]
        self.rows = {table: [] for table in ("blob", "document", "image", "snapshot", "rendering", "imageName", "imageFile", "want")}

    def pin_set(self, number, checkpoints):
        """A checkpoint and a LoRA, pinned as `pin` rows; the row's id and what to put into the texts."""
        chosen = [self.models[number % checkpoints], self.models[checkpoints + number * 7 % (len(self.models) - checkpoints)]]
        lines, position, rows = [], 0, []
        for folder, name, blob, sha in sorted(chosen):
            parts, parent = [folder, *name.split("/")], 0
            for part in parts[:-1]:
                position += 1
                rows.append((position, parent, part, None, None, None))
                parent = position
            position += 1
            rows.append((position, parent, parts[-1], blob, 3, "assumed"))
            lines.append("\0".join(["/".join(parts), sha, "3", "assumed"]) + "\n")
        cursor = self.database.execute("INSERT INTO pinSet (sha256) VALUES (?)", (digest("".join(sorted(lines)).encode()),))
        row = cursor.lastrowid
        self.database.executemany("INSERT INTO pin VALUES (?, ?, ?, ?, ?, ?, ?)", [(row, *pin) for pin in rows])
        put = {"model.safetensors": chosen[0][1], "lora.safetensors": chosen[1][1], self.shas[0]: chosen[0][3],
               self.shas[1]: chosen[1][3]}
        return row, put

    def text(self, text, number, put, more={}):
        for old, new in (*put.items(), *more.items()):
            text = text.replace(old, new)
        return text.replace('"seed": 42', f'"seed": {number}').replace('"seed":42', f'"seed":{number}').replace(
            "[42,", f"[{number},")

    def document(self, data):
        self.blob += 1
        self.rows["blob"].append((self.blob, digest(data), len(data)))
        self.rows["document"].append((self.blob, self.compress(data)))
        return self.blob

    def add(self, number, directory, folder, name, moment):
        prototype, (pins, put) = self.prototype, self.sets[number % len(self.sets)]
        image = hashlib.sha256(b"image %d" % number)
        prompt = self.text(prototype.prompt, number, put).encode()
        workflow = self.text(prototype.workflow, number, put).encode()
        hashes = {hashlib.sha256(prototype.prompt.encode()).hexdigest(): hashlib.sha256(prompt).hexdigest(),
                  hashlib.sha256(prototype.workflow.encode()).hexdigest(): hashlib.sha256(workflow).hexdigest(),
                  f'"size":{len(prototype.prompt)}': f'"size":{len(prompt)}',
                  f'"size":{len(prototype.workflow)}': f'"size":{len(workflow)}', prototype.image[0]: image.hexdigest()}
        document = self.text(prototype.document, number, put, hashes).encode()
        identity = digest(document)
        self.snapshot += 1
        self.rows["image"].append((self.snapshot, image.digest(), self.snapshot, digest(b"pixels %d" % number)))
        self.rows["snapshot"].append((
            self.snapshot, identity, identity.hex()[:12], self.snapshot, self.document(document), self.document(prompt),
            self.document(workflow), pins, prototype.inputs, moment))
        hashes |= {prototype.id: identity.hex(), prototype.id[:12]: identity.hex()[:12], prototype.name: name}
        for kind, grade, text in prototype.renderings:
            data = self.text(text, number, put, hashes).encode()
            self.rows["rendering"].append((self.snapshot, name, kind, 1, moment, grade, len(data), self.compress(data)))
        self.rows["imageName"].append((directory, name, self.snapshot, moment, 1))
        self.rows["imageFile"].append((f"/archive/{folder}/{name}", 1_500_000, moment, moment, self.snapshot))
        self.rows["want"] += [(self.snapshot, kind, put.get(value, value)) for kind, value in prototype.wants]

    def write(self):
        columns = {
            "blob": "(id, sha256, size) VALUES (?, ?, ?)", "document": "VALUES (?, ?)", "image": "VALUES (?, ?, ?, ?)",
            "snapshot": "(id, sha256, short, image, document, prompt, workflow, models, inputs, recorded) VALUES "
                        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            "rendering": "VALUES (?, ?, ?, ?, ?, ?, ?, ?)", "imageFile": "VALUES (?, ?, ?, ?, ?)", "want": "VALUES (?, ?, ?)",
            "imageName": "(directory, name, image, time, newest) VALUES (?, ?, ?, ?, ?)"}
        for table, rows in self.rows.items():
            self.database.executemany(f"INSERT INTO {table} {columns[table]}", rows)
            rows.clear()


def make(store, images, models, folders, sets):
    start = time.monotonic()
    reprofs(store, "init")
    with tempfile.TemporaryDirectory(prefix="reprofs-scale-", dir=os.path.dirname(store)) as work:
        # The prototype's models have the names that its prompt uses.
        for folder, name in (("checkpoints", "model.safetensors"), ("loras", "lora.safetensors")):
            os.makedirs(os.path.join(work, "first", folder))
            with open(os.path.join(work, "first", folder, name), "wb") as file:
                file.write(model_bytes(0, len(folder)))
        reprofs(store, "add", os.path.join(work, "first"))
        output = os.path.join(work, "archive")
        os.makedirs(output)
        name = os.path.basename(FIXTURE)
        with open(FIXTURE, "rb") as source, open(os.path.join(output, name), "wb") as file:
            file.write(source.read())
        reprofs(store, "snapshot", output)
        add_models(store, work, models)
    print(f"models after {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    database = sqlite3.connect(os.path.join(store, "catalogue.sqlite"))
    # Nothing of this has to survive a power cut.
    for setting in ("synchronous = OFF", "cache_size = -2000000", "foreign_keys = OFF"):
        database.execute(f"PRAGMA {setting}")
    known = database.execute("""
        SELECT parent.name, directory.name || '/' || model.name, version.blob, lower(hex(blob.sha256)) FROM model
        JOIN directory ON directory.id = model.directory JOIN directory parent ON parent.id = directory.parent
        JOIN version ON version.id = model.current JOIN blob ON blob.id = version.blob WHERE parent.parent = 1 ORDER BY 1, 2
        """).fetchall()
    shas = [database.execute("""
        SELECT lower(hex(sha256)) FROM model JOIN version ON version.id = model.current JOIN blob ON blob.id = version.blob
        WHERE model.name = ?""", (name,)).fetchone()[0] for name in ("model.safetensors", "lora.safetensors")]
    writer = Images(database, Prototype(database, name), sets, known, shas)
    top = database.execute("SELECT directory FROM imageRoot").fetchone()[0]
    for folder in range(folders):
        now = time.time_ns()
        directory = database.execute("INSERT INTO directory (parent, name, changed, named) VALUES (?, ?, ?, ?)",
                                     (top, f"folder-{folder:03}", now, now)).lastrowid
        for number in range(images * folder // folders, images * (folder + 1) // folders):
            writer.add(number + 1_000_000, directory, f"folder-{folder:03}", f"ComfyUI_{number:07}_.png", now + number)
            if number % 20_000 == 0:
                writer.write()
        writer.write()
        database.commit()
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    print(f"images after {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("--images", type=int, default=1_000_000)
    parser.add_argument("--models", type=int, default=100_000)
    parser.add_argument("--folders", type=int, default=20)
    parser.add_argument("--sets", type=int, default=5_000)
    options = parser.parse_args()
    make(os.path.abspath(options.store), options.images, options.models, options.folders, options.sets)
