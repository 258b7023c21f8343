"""The commands that run beside the clients. Each may be stopped for a while, or killed."""
import contextlib, json, os, random, signal, subprocess, time

from shared import COMMAND_LIMIT, HUNG, STOP, Notes, digest, model

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGE = os.path.join(HERE, "../../../Tests/Fixtures/ComfyUI/txt2img_lora/txt2img_lora_00001_.png")
# Above this the versions that no name holds go. Percent.
FULL = 60


class Keeper:
    def __init__(self, number, turn, arguments, store, board, directory):
        self.number, self.arguments, self.store, self.board = number, arguments, store, board
        self.chance = random.Random(f"{arguments.seed} keeper {number} {turn}")
        self.prefix = f"{arguments.seed}-{number}.{turn}"
        self.notes = Notes(directory, f"client{number:02}")
        self.source, self.output = (os.path.join(directory, f"{name}{number}") for name in ("source", "output"))
        for path in (os.path.join(self.source, "vae"), self.output):
            os.makedirs(path, exist_ok=True)
        self.count = 0
        with open(IMAGE, "rb") as file:
            self.image = file.read()

    def run(self):
        works = [self.add, self.add, self.collect, self.collect, self.verify, self.backup, self.snapshot, self.versions,
                 self.status, self.restore, self.use]
        while not self.board.is_set(STOP):
            self.count += 1
            work = self.chance.choice(works)
            try:
                work()
            except OSError as error:
                # The disk of the store is not that of the sources.
                self.notes("wrong", what=f"{work.__name__}: {error}")
            time.sleep(self.chance.uniform(0, 1.5))

    def command(self, *arguments):
        """Its output; nil where it was killed or failed."""
        fate = self.chance.random()
        self.board.begin(self.number, "reprofs " + " ".join(map(ascii, arguments)), COMMAND_LIMIT)
        start = time.monotonic()
        process = subprocess.Popen(
            [self.arguments.reprofs, *arguments, "--store", self.store], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, start_new_session=True)
        killed = False
        try:
            if fate < 0.25:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(self.chance.choice([0.01, 0.05, 0.3, 1]))
                if process.poll() is None:
                    if fate < 0.12:
                        process.kill()
                        killed = True
                    else:
                        process.send_signal(signal.SIGSTOP)
                        self.board.pause(self.number)
                        time.sleep(self.chance.choice([0.2, 1, 4, 8]))
                        process.send_signal(signal.SIGCONT)
                        self.board.again(self.number)
            out, error = process.communicate()
        finally:
            self.board.end(self.number)
        self.notes("command", what=arguments[0], seconds=round(time.monotonic() - start, 2), code=process.returncode)
        if process.returncode and not killed:
            # A signal that nobody sent is a crash. Whoever finds bytes lost says so at any time; all else may have its reasons.
            excuse = any(reason in error for reason in ("in use", "No space left")) or self.board.is_set(HUNG)
            wrong = process.returncode < 0 or arguments[0] == "verify" and not excuse
            kind = "wrong" if wrong else "odd"
            self.notes(kind, what=f"reprofs {' '.join(arguments[:3])}: {process.returncode}: {(error or out).strip()[-400:]}")
        return out if process.returncode == 0 else None

    def json(self, *arguments):
        out = self.command(*arguments, "--json")
        return json.loads(out) if out else None

    def add(self):
        seed = f"{self.prefix}-{self.count}"
        name = self.chance.choice([f"s{seed}.safetensors", "a.safetensors", "b.safetensors"])
        path = os.path.join(self.source, "vae", name)
        data = model(seed)
        with open(path, "wb") as file:
            file.write(data)
        if self.command("add", self.source) is not None:
            self.notes("promise", digest=digest(data), name=f"vae/{name}", how="add", size=len(data))
        if name.startswith("s"):
            os.remove(path)

    def collect(self):
        facts = os.statvfs(self.store)
        used = 100 - 100 * facts.f_bavail / facts.f_blocks
        self.command("gc", "--grace", "10s", *(["--superseded-older-than", "0s"] if used > FULL else []))

    def verify(self):
        self.command("verify", "--sample", "5")

    def backup(self):
        self.command("backup", "--keep", "2")

    def snapshot(self):
        path = os.path.join(self.output, f"image_{self.prefix}_{self.count:05}_.png")
        with open(path, "wb") as file:
            file.write(self.image + str(path).encode())
        self.command("snapshot", path)

    def versions(self):
        self.json("list", "versions")

    def status(self):
        self.json("status")

    def restore(self):
        # Files that only one client writes are left alone: it knows what they hold.
        rows = [row for row in self.json("list", "versions") or []
                if not row.get("dropped") and not os.path.basename(row["name"]).startswith("s")]
        if rows:
            row = self.chance.choice(rows)
            self.command("restore", f"{row['folder']}/{row['name']}@v{row['version']}")

    def use(self):
        rows = self.json("list", "snapshots") or []
        self.command("use", self.chance.choice(rows)["id"] if rows and self.chance.random() < 0.7 else "live")
