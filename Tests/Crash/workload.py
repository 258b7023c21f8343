"""What is done to a store while its disk is recorded, and what has to be true of it after a power cut."""
import contextlib, hashlib, json, os, random, shutil, sqlite3, subprocess, sys, time


def digest(data):
    return hashlib.sha256(data).hexdigest()


def model(seed, size=None):
    """A safetensors file of its own; a small one, if no size is given."""
    chance = random.Random(seed)
    size = size or chance.randrange(12_000, 220_000) * 4
    head = json.dumps({"x": {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}}).encode()
    return len(head).to_bytes(8, "little") + head + chance.randbytes(size)


# What a file may hold while it is being written.
ANYTHING = "?"


class Facts:
    """What was promised, and at which moment."""

    def __init__(self, moment):
        self.moment = moment
        self.versions, self.snapshots, self.sources = [], [], []
        # The moment from which a pin is there, and the one from which it need not be.
        self.pins, self.backups, self.migrations = {}, [], []
        # For each name in models/ what it held one after another: the moments before and after the change, and the digest.
        self.names = {}

    @contextlib.contextmanager
    def change(self, *changes):
        """Names that hold other bytes (or nothing: None) when the body has ended."""
        before = self.moment()
        entries = [[name, [before, None, held]] for name, held in changes]
        for name, state in entries:
            self.names.setdefault(name, []).append(state)
        yield
        after = self.moment()
        for name, state in entries:
            state[1] = after
            if state[2] not in (None, ANYTHING) and not name.endswith(".partial"):
                self.versions.append((after, state[2]))

    def allowed(self, name, moment):
        """What the name may hold after a power cut at the moment."""
        states = [[0, 0, None]] + self.names.get(name, [])
        settled = max(index for index, state in enumerate(states) if state[1] is not None and state[1] <= moment)
        return {state[2] for state in states[settled:] if state[0] <= moment}

    def is_allowed(self, name, held, moment):
        allowed = self.allowed(name, moment)
        return held in allowed or ANYTHING in allowed


class Commands:
    def __init__(self, reprofs, store, environment=None):
        self.reprofs = reprofs
        self.environment = dict(os.environ, REPROFS_STORE=store, **(environment or {}))

    def __call__(self, *arguments):
        done = subprocess.run([self.reprofs, *arguments], env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"reprofs {' '.join(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def json(self, *arguments):
        return json.loads(self(*arguments, "--json"))

    @contextlib.contextmanager
    def mounted(self, place):
        self("mount", place)
        try:
            yield os.path.join(place, "models")
        finally:
            problems = []
            for attempt in range(100):
                try:
                    self("unmount", place)
                    break
                except RuntimeError as error:
                    problems.append(str(error))
                time.sleep(0.1)
            else:
                # Later ones only say that it is not mounted any more.
                raise RuntimeError(f"{place} cannot be unmounted: {problems[0]}")


def write(path, data, sync):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
        if sync:
            file.flush(), os.fsync(file.fileno())


class Writer:
    """A process that writes and syncs one file, and closes it when it ends."""

    PROGRAM = """
import os, sys
file = open(sys.argv[1], "wb", buffering=0)
for line in sys.stdin:
    file.write(bytes.fromhex(line)), os.fsync(file.fileno())
    print(flush=True)
"""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [sys.executable, "-c", self.PROGRAM, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def write(self, data):
        self.process.stdin.write(data.hex() + "\n"), self.process.stdin.flush()
        self.process.stdout.readline()

    def close(self):
        self.process.communicate()


def sync_directory(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor), os.close(descriptor)


SCHEMAS = os.path.join(os.path.dirname(__file__), "..", "Fixtures", "Stores")


def old_store(path, number):
    """The store that the released schema `number` left, on disk when this returns."""
    for directory in ("blobs/sha256", "incoming", "live", "backup"):
        os.makedirs(os.path.join(path, directory))
    write(os.path.join(path, "oci-layout"), b'{"imageLayoutVersion":"1.0.0"}', sync=True)
    with open(os.path.join(SCHEMAS, str(number), "catalogue.sql")) as dump:
        database = sqlite3.connect(os.path.join(path, "catalogue.sqlite"))
        database.executescript("PRAGMA foreign_keys = OFF;" + dump.read())
        database.close()
    for directory, _, _ in os.walk(path):
        sync_directory(directory)
    sync_directory(os.path.dirname(path))


COLLECT_ALL = ["--superseded-older-than", "0s", "--grace", "0s"]

# The size of a model that is left elsewhere; the store keeps lists of the pieces of such.
FAR = 9 << 20

# A closed file survives a power cut after this many seconds.
CLOSED = 5


class Work:
    """Uses the store on `disk` in every way that writes, and notes what must hold from when on."""

    def __init__(self, commands, disk, image, moment):
        self.commands, self.disk, self.image, self.moment = commands, disk, image, moment
        self.facts = Facts(moment)
        self.source = os.path.join(disk, "source")

    def add(self, name, seed, *options):
        data = model(seed)
        write(os.path.join(self.source, "models", name), data, sync=False)
        with self.facts.change((name, digest(data))):
            self.commands("add", *options, os.path.join(self.source, "models"))

    def snapshot(self, mark):
        path = os.path.join(self.source, "output", f"{mark}_00001_.png")
        write(path, self.image + mark.encode(), sync=False)
        name = self.commands("snapshot", path).split()[0]
        self.facts.snapshots.append((self.moment(), name))
        return name

    def pin(self, snapshot, name):
        self.commands("pin", snapshot, name)
        self.facts.pins[name] = [self.moment(), None]

    def use_commands(self):
        self.add("checkpoints/model.safetensors", 1, "--copy")
        self.add("checkpoints/model.safetensors", 2)
        self.add("loras/lora.safetensors", 3)
        # Or it would be added again below, under the names that it has there.
        shutil.rmtree(os.path.join(self.source, "models"))
        first = self.snapshot("first")
        self.commands("use", first), self.commands("use", "live")
        self.pin(first, "first"), self.pin(first, "cover")
        self.commands("backup")
        self.facts.backups.append(self.moment())

    def pull_lazily(self, far):
        self.commands("remote", "add", "home", far), self.commands("pull", "home", "far", "--lazy")
        names = {row["name"] for row in self.commands.json("list", "snapshots")}
        (self.far,) = names - {name for _, name in self.facts.snapshots}
        self.facts.snapshots.append((self.moment(), self.far))

    def read_from_afar(self, mount, *pieces):
        """Bytes of these MiB of the model that was left elsewhere; without any all of it."""
        path = os.path.join(mount, "by-snapshot", self.far, "models/checkpoints/model.safetensors")
        data = model(90, FAR)
        with open(path, "rb") as file:
            for piece in pieces:
                if os.pread(file.fileno(), 4096, piece << 20) != data[piece << 20 : (piece << 20) + 4096]:
                    raise RuntimeError(f"MiB {piece} of what comes from elsewhere has other bytes")
            if not pieces and file.read() != data:
                raise RuntimeError("what came from elsewhere has other bytes")

    def use_mount(self, models):
        mount = os.path.dirname(models)
        self.read_from_afar(mount, 1, 5, 3)
        self.write_files(models)
        # Written and synced, and not closed before the end.
        half = model(40)
        os.makedirs(os.path.join(models, "vae"))
        # By a process of its own: this one starts programs, which closes copies of its descriptors.
        draft = Writer(os.path.join(models, "vae/half.safetensors"))
        with self.facts.change(("vae/half.safetensors.partial", digest(half[: len(half) // 2]))):
            draft.write(half[: len(half) // 2])
        self.read_from_afar(mount, 0, 7)
        self.change_names(models)
        self.snapshot("second")
        self.read_from_afar(mount)
        self.add("checkpoints/beside.safetensors", 60)
        with self.facts.change(("vae/half.safetensors.partial", ANYTHING)):
            draft.write(half[len(half) // 2 :])
        with self.facts.change(("vae/half.safetensors", digest(half)), ("vae/half.safetensors.partial", None)):
            draft.close()
            time.sleep(CLOSED)
        with self.facts.change(("checkpoints/model.safetensors", digest(model(1)))):
            self.commands("restore", "checkpoints/model.safetensors@v1")

    def write_files(self, models):
        # Synced, closed, and overwritten in the same way.
        for seed in (10, 11):
            data = model(seed)
            with self.facts.change(("checkpoints/synced.safetensors", digest(data))):
                write(os.path.join(models, "checkpoints/synced.safetensors"), data, sync=True)
        # Closed only, several at a time.
        closed = {f"loras/closed{number}.safetensors": model(20 + number) for number in range(4)}
        closed["checkpoints/model.safetensors"] = model(30)
        with self.facts.change(*((name, digest(data)) for name, data in closed.items())):
            for name, data in closed.items():
                write(os.path.join(models, name), data, sync=False)
            time.sleep(CLOSED)

    def change_names(self, models):
        def path(name):
            return os.path.join(models, name)

        # What is not a model is written too.
        notes = b"notes" * 1000
        with self.facts.change(("loras/notes.txt", digest(notes))):
            write(path("loras/notes.txt"), notes, sync=True)
        # Names go and come.
        moved = self.facts.names["loras/lora.safetensors"][-1][2]
        with self.facts.change(("loras/lora.safetensors", None), ("loras/moved.safetensors", moved)):
            os.rename(path("loras/lora.safetensors"), path("loras/moved.safetensors"))
            sync_directory(path("loras"))
        with self.facts.change(("loras/closed0.safetensors", None)):
            os.remove(path("loras/closed0.safetensors"))
            sync_directory(path("loras"))
        # A download that takes its name when it is whole, over what has the name.
        data = model(50)
        write(path("checkpoints/download.part"), data, sync=True)
        with self.facts.change(("checkpoints/synced.safetensors", digest(data))):
            os.rename(path("checkpoints/download.part"), path("checkpoints/synced.safetensors"))
            sync_directory(path("checkpoints"))

    def take_over(self):
        """A models directory that the store takes over: no byte is nowhere, at no moment."""
        taken = os.path.join(self.disk, "taken")
        given = {f"loras/taken{number}.safetensors": model(70 + number) for number in range(3)}
        for name, data in given.items():
            write(os.path.join(taken, name), data, sync=True)
            sync_directory(os.path.dirname(os.path.join(taken, name)))
        sync_directory(taken), sync_directory(self.disk)
        self.facts.sources = [
            (self.moment(), os.path.join("taken", name), digest(data)) for name, data in given.items()]
        with self.facts.change(*((name, digest(data)) for name, data in given.items())):
            self.commands("add", "--move", taken)

    def change_pins(self):
        self.pin(self.snapshot("third"), "third")
        self.facts.pins["first"][1] = self.moment()
        self.commands("unpin", "first"), self.commands("backup", "--keep", "1")
        self.facts.backups.append(self.moment())

    def migrate(self):
        for number in filter(str.isdigit, os.listdir(SCHEMAS)):
            old = os.path.join(self.disk, f"old{number}")
            old_store(old, number)
            begins = self.moment()
            self.commands("list", "versions", "--store", old)
            self.facts.migrations.append((begins, self.moment(), f"old{number}"))

    def collect(self):
        # Old bytes may be there or not from its beginning on; whatever is there is whole.
        self.facts.collection = self.moment()
        self.facts.collected = {row["sha256"] for row in self.commands.json("gc", *COLLECT_ALL)["versions"]}
        if not self.facts.collected:
            raise RuntimeError("there was nothing to collect")
        self.add("checkpoints/last.safetensors", 80)


def work(commands, disk, place, image, moment, far):
    """Uses the store on `disk` in every way that writes; `place` is a directory elsewhere to mount on, `far` the address of another
    store. Returns what must hold."""
    works = Work(commands, disk, image, moment)
    commands("init")
    works.facts.begins = moment()
    works.use_commands()
    works.pull_lazily(far)
    with commands.mounted(place) as models:
        works.use_mount(models)
    works.take_over(), works.change_pins(), works.migrate(), works.collect()
    return works.facts
