"""Whether a store on the disk that a power cut left keeps what was promised."""
import glob, hashlib, json, os, sqlite3, subprocess


def hash_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def broken(disk, place, commands, facts, moment):
    """What is not as promised, in words; nothing where all is well."""
    if moment < facts.begins:
        return []
    store, problems = os.path.join(disk, "store"), []
    try:
        problems += layout(store, facts, moment)
        problems += backups(store, facts, moment)
        problems += migrations(disk, commands, facts, moment)
        problems += promises(commands, facts, moment, disk)
        reboot(store)
        with commands.mounted(place) as models:
            problems += names(models, facts, moment)
            problems += pins(os.path.dirname(models), commands)
        problems += catalogue(store)
        problems += rebuilt(store, commands, facts, moment)
    except (RuntimeError, OSError, sqlite3.Error, subprocess.SubprocessError) as error:
        problems.append(str(error))
    return problems


def reboot(store):
    """A machine that lost its power has started again since; this one has not."""
    database = sqlite3.connect(f"{store}/catalogue.sqlite")
    with database:
        database.execute("UPDATE meta SET value = 'before the power cut' WHERE key = 'boot'")
    database.close()
    # What was on its way names the boot behind its mark.
    for path in glob.glob(f"{store}/partial/*.map"):
        if os.path.getsize(path) >= 16:
            with open(path, "r+b") as file:
                file.seek(8), file.write(b"the last")


def catalogue(store):
    """A row means that the blob is there and hashes right."""
    database = sqlite3.connect(f"file:{store}/catalogue.sqlite?mode=ro", uri=True)
    try:
        for check in ("integrity_check", "foreign_key_check"):
            for row in database.execute(f"PRAGMA {check}"):
                if row != ("ok",):
                    yield f"{check}: {row}"
        for name, size, damaged in database.execute(
            "SELECT lower(hex(sha256)), size, damaged FROM blob WHERE changed IS NOT NULL"
        ):
            path = os.path.join(store, "blobs/sha256", name)
            if damaged:
                yield f"blob {name} is marked as damaged"
            if not os.path.exists(path):
                yield f"blob {name} is missing"
            elif os.path.getsize(path) != size or hash_of(path) != name:
                yield f"blob {name} has other bytes"
    finally:
        database.close()


def pinned(facts, moment):
    """Names of pins that have to be there after a power cut at the moment."""
    return {name for name, (since, until) in facts.pins.items() if since <= moment and (until is None or moment < until)}


def layout(store, facts, moment):
    """What other tools read, before anything was repaired: every manifest is whole, and every pin has one."""
    with open(os.path.join(store, "index.json"), "rb") as index:
        text = index.read()
    try:
        entries = json.loads(text)["manifests"]
    except ValueError:
        yield f"index.json is {text[:80]!r}"
        return
    for entry in entries:
        for descriptor in [entry] + sorted(layers(store, entry), key=lambda layer: layer["digest"]):
            path = blob(store, descriptor)
            if not os.path.exists(path) or hash_of(path) != os.path.basename(path):
                yield f"{descriptor['digest']} of a pin is not whole"
    names = {entry["annotations"]["org.opencontainers.image.ref.name"] for entry in entries}
    for name in pinned(facts, moment) - names:
        yield f"index.json does not have the pin {name}"


def blob(store, descriptor):
    return os.path.join(store, "blobs/sha256", descriptor["digest"].removeprefix("sha256:"))


def layers(store, entry):
    with open(blob(store, entry), "rb") as file:
        manifest = json.load(file)
    return manifest["layers"] + [manifest["config"]]


def backups(store, facts, moment):
    """Every backup is whole, and one that was acknowledged is there."""
    found = glob.glob(os.path.join(store, "backup", "catalogue-*.sqlite"))
    for path in found:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        for row in database.execute("PRAGMA integrity_check"):
            if row != ("ok",):
                yield f"{path}: {row}"
        database.close()
    if not found and any(made <= moment for made in facts.backups):
        yield "a backup is lost"


def migrations(disk, commands, facts, moment):
    """A store that an old version made opens, whatever moment of its migration was the last."""
    for begins, done, name in facts.migrations:
        if begins > moment:
            continue
        store = os.path.join(disk, name)
        if done <= moment and not glob.glob(os.path.join(store, "backup", "catalogue-*-before-*")):
            yield f"{name} has no backup of what it was"
        if len(commands.json("list", "versions", "--store", store)) != 2:
            yield f"{name} does not have its versions"


def rebuilt(store, commands, facts, moment):
    """Without its catalogue the store has at least what was pinned."""
    for path in glob.glob(os.path.join(store, "catalogue.sqlite*")):
        os.remove(path)
    commands("rebuild")
    names = {row["name"] for row in commands.json("list", "pins")}
    for name in pinned(facts, moment) - names:
        yield f"rebuild did not bring the pin {name} back"


def promises(commands, facts, moment, disk):
    """Before anything is repaired: what was acknowledged is there."""
    snapshots = {row["name"] for row in commands.json("list", "snapshots")}
    for acknowledged, name in facts.snapshots:
        if acknowledged <= moment and name not in snapshots:
            yield f"snapshot {name} is lost"
    for kept, path, held in facts.sources:
        source, blob = os.path.join(disk, path), os.path.join(disk, "store/blobs/sha256", held)
        if kept <= moment and not any(os.path.exists(at) and hash_of(at) == held for at in (source, blob)):
            yield f"{path} is neither at its place nor in the store"


def names(models, facts, moment):
    """What models/ shows after the start that follows the power cut, and the versions behind it."""
    found = {}
    for directory, _, files in os.walk(models):
        for file in files:
            path = os.path.join(directory, file)
            found[os.path.relpath(path, models)] = hash_of(path)
    for name in facts.names:
        if not facts.is_allowed(name, found.get(name), moment):
            yield f"{name} holds {found.get(name)} instead of one of {facts.allowed(name, moment)}"
    versions = {hash_of(os.path.join(directory, file))
                for directory, _, files in os.walk(os.path.join(os.path.dirname(models), "by-name")) for file in files}
    for acknowledged, held in facts.versions:
        if held in facts.collected and moment >= facts.collection:
            continue
        if acknowledged <= moment and held not in versions | set(found.values()):
            yield f"a version with the bytes {held} is lost"


def pins(mount, commands):
    for snapshot in commands.json("list", "snapshots"):
        directory = os.path.join(mount, "by-snapshot", snapshot["name"])
        for at, _, files in os.walk(os.path.join(directory, "models")):
            for file in files:
                path = os.path.join(at, file)
                if hash_of(path) != os.getxattr(path, "user.reprofs.sha256").decode():
                    yield f"{path} is not what was pinned"
        with open(os.path.join(directory, "recipe.json"), "rb") as recipe:
            if not recipe.read().startswith(b"{"):
                yield f"the recipe of {snapshot['name']} is damaged"
