#!/usr/bin/env python3
"""Makes 0.2.0-killed/: the store of a mount that was killed with all that such a mount can leave behind.

    make_killed.py --reprofs PROGRAM               makes it anew; PROGRAM is that of version 0.2.0
    make_killed.py --check --reprofs PROGRAM       takes it over with any version and compares what that shows

It needs root and /dev/fuse. What is to be found in the store is looked for before it is packed; exit 1 where it is not there.
"""
import argparse, collections, contextlib, ctypes, hashlib, json, os, shutil, signal, sqlite3, subprocess, sys, tarfile, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
PLACE = os.path.join(HERE, "0.2.0-killed")
# Names that differ in nothing but their normal form, and names whose first character joins the one before it.
NFC, NFD = "loras/caf\u00e9.safetensors", "loras/cafe\u0301.safetensors"
ACCENT, SELECTOR = "loras/\u0301accent.safetensors", "loras/\ufe0fselector.safetensors"


def model(text, size=600):
    """A whole safetensors file of its own."""
    data = (hashlib.sha256(text.encode()).digest() * (size // 32 + 1))[:size]
    head = json.dumps({"x": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return len(head).to_bytes(8, "little") + head + data


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Sleepers:
    """Holds the threads of a process that only wake now and then, its publisher among them, as a debugger does. Whoever answers
    requests goes on. They are held where they sleep, so they hold no lock; the process is killed as they stand."""

    SEIZE, INTERRUPT, CONTINUE, EXIT_KILL, ALL = 0x4206, 0x4207, 7, 0x100000, 0x40000000
    NANOSLEEP = "230"  # on x86-64

    def __init__(self, process):
        self.process, self.held = process, set()
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.libc.ptrace.argtypes = [ctypes.c_long] * 4
        quiet = time.time() + 2
        while time.time() < quiet:
            for thread in map(int, os.listdir(f"/proc/{process}/task")):
                if thread not in self.held and self.sleeps(thread):
                    self.hold(thread)

    def ask(self, request, thread, data=0):
        if self.libc.ptrace(request, thread, 0, data):
            raise OSError(ctypes.get_errno(), "ptrace")

    def sleeps(self, thread):
        with contextlib.suppress(OSError), open(f"/proc/{self.process}/task/{thread}/syscall") as file:
            return file.read().split()[0] == self.NANOSLEEP
        return False

    def hold(self, thread):
        self.ask(self.SEIZE, thread)
        while True:
            self.ask(self.INTERRUPT, thread)
            os.waitpid(thread, self.ALL)
            if self.sleeps(thread):
                self.held.add(thread)
                return
            # It had just woken up.
            self.ask(self.CONTINUE, thread), time.sleep(0.003)


class Maker:
    """Writes what the store is to hold, and notes what a takeover has to show."""

    def __init__(self, models, catalogue):
        self.models, self.catalogue, self.open = models, catalogue, []
        self.shown, self.versions, self.partial, self.plain = {}, collections.defaultdict(list), [], []
        self.marks, self.journal = {}, []

    def path(self, name):
        return os.path.join(self.models, name)

    def put(self, name, data, sync=False, keeps=False):
        file = os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.write(file, data)
        if sync:
            os.fsync(file)
        if keeps:
            self.open.append(file)
            return
        os.close(file)
        # close() is ahead of what the kernel tells the mount of it.
        time.sleep(0.05)

    def model(self, name, text, mark=0o400, **how):
        data = model(text)
        self.put(name, data, **how)
        self.shown[name], self.marks[name] = digest(data), mark
        self.versions[name].append(digest(data))

    def plain_file(self, name, data, mark=0o400):
        self.put(name, data)
        self.shown[name], self.marks[name] = digest(data), mark
        self.plain.append(name)

    def interrupted(self, name, data):
        self.put(name, data, keeps=True)
        self.marks[name] = 0o600
        self.partial.append(name + ".partial")
        self.shown[name + ".partial"] = digest(data)

    def renamed(self, old, new):
        os.rename(self.path(old), self.path(new))
        self.shown[new], self.marks[new] = self.shown.pop(old), self.marks.pop(old)

    def commit(self):
        database = sqlite3.connect(self.catalogue)
        for change in ("INSERT INTO meta VALUES ('other', '')", "DELETE FROM meta WHERE key = 'other'"):
            database.execute(change), database.commit()
        database.close()

    def publish_first(self):
        """What has been published when the mount is killed."""
        for folder in ("checkpoints", "loras", "embeddings"):
            os.mkdir(self.path(folder))
        for name in ("base", "overwritten", "interrupted", "other"):
            self.model(f"checkpoints/{name}.safetensors", f"{name} 1")
        self.model("loras/published.safetensors", "published 1")
        self.marks.clear()

    def with_rows(self):
        """What has a row in the catalogue, and is not published."""
        self.model("checkpoints/overwritten.safetensors", "overwritten 2")
        self.model("checkpoints/closed.safetensors", "closed")
        self.model("checkpoints/synced.safetensors", "synced", mark=0o440, sync=True)
        self.interrupted("checkpoints/interrupted.safetensors", model("interrupted 2")[:400])
        self.interrupted("checkpoints/never.safetensors", model("never"))
        # Closed under a model's name, which they lose before they are published: each is owed its version under it.
        self.model("loras/renamed.safetensors", "renamed")
        self.renamed("loras/renamed.safetensors", "loras/renamed.bak")
        self.plain.append("loras/renamed.bak")
        self.model("loras/deleted.safetensors", "deleted")
        self.open.append(os.open(self.path("loras/deleted.safetensors"), os.O_RDONLY))
        os.remove(self.path("loras/deleted.safetensors"))
        del self.shown["loras/deleted.safetensors"], self.marks["loras/deleted.safetensors"]
        self.model("loras/replaced.safetensors", "replaced 1")
        self.plain_file("loras/replacing.part", model("replaced 2"))
        self.renamed("loras/replacing.part", "loras/replaced.safetensors")
        self.plain.remove("loras/replacing.part")
        self.versions["loras/replaced.safetensors"].append(digest(model("replaced 2")))
        # 0.2.0 takes the second for the first while it answers from memory; what another process commits makes it ask.
        self.model(NFC, "composed"), self.commit(), self.model(NFD, "decomposed")
        self.plain_file("loras/half.safetensors.part", model("half")[:300])
        self.plain_file("loras/notes.txt", b"Notes are no models.\n")
        # Not whole, so no versions: they stay what they are.
        self.plain_file("loras/short.safetensors", model("short")[:300])
        self.plain_file("loras/loading.safetensors.aria2", b"aria2")
        self.plain_file("loras/loading.safetensors", model("loading"))
        # The last transaction.
        os.mkdir(self.path("embeddings/last"))

    def in_journal(self):
        """What nothing but the mount's journal names."""
        # So that the mount knows every name here, without which it makes a row at once.
        for number in range(20):
            os.path.exists(self.path(f"loras/absent{number}"))
        before = set(self.marks)
        self.model("loras/journal.safetensors", "journal")
        self.put("loras/download.part", model("download"))
        self.shown["loras/download.part"], self.marks["loras/download.part"] = digest(model("download")), 0o400
        self.renamed("loras/download.part", "loras/download.safetensors")
        self.versions["loras/download.safetensors"].append(digest(model("download")))
        self.model(ACCENT, "accent")
        self.model(SELECTOR, "selector")
        self.model("loras/after.safetensors", "after")
        self.plain_file("loras/journal.txt", b"Notes that have no row yet.\n")
        self.plain_file("loras/journal.part", model("journal part")[:300])
        self.interrupted("loras/journal-open.safetensors", model("journal open")[:200])
        self.model("embeddings/last/inside.safetensors", "inside")
        self.journal = sorted(set(self.marks) - before)

    def expected(self):
        interrupted = "checkpoints/interrupted.safetensors"
        self.shown[interrupted] = self.versions[interrupted][-1]
        return {
            "models": self.shown, "versions": self.versions, "partial": sorted(self.partial), "plain": sorted(self.plain),
            "directories": ["checkpoints", "embeddings", "embeddings/last", "loras"],
            "marks": {name: f"{mark:04o}" for name, mark in self.marks.items()}, "journal": self.journal}


def lacking(store, expected):
    """What the store was to hold and does not."""
    with tempfile.TemporaryDirectory() as copy:
        for end in ("", "-wal"):
            shutil.copy(os.path.join(store, "catalogue.sqlite" + end), copy)
        database = sqlite3.connect(os.path.join(copy, "catalogue.sqlite"))
        rows = {row[0]: row[1:] for row in database.execute("SELECT id, parent, name, blob FROM live")}
        owed = sorted(database.execute("SELECT path, cause FROM owed"))
        published = sorted(name for name, in database.execute("SELECT name FROM model JOIN version ON version.model = model.id"))
        database.close()
    if published != sorted(f"{name}.safetensors" for name in ("base", "overwritten", "interrupted", "other", "published")):
        yield f"published are {published}"
    if owed != [("loras/deleted.safetensors", "delete"), ("loras/renamed.safetensors", "rename"),
                ("loras/replaced.safetensors", "replace")]:
        yield f"owed are {owed}"

    def path(row):
        parent, name, _ = rows[row]
        return name if parent in (None, 1) else f"{path(parent)}/{name}"

    named = {path(row): row for row in rows if rows[row][0] is not None}
    journals = [name for name in os.listdir(os.path.join(store, "live")) if name.startswith("journal-")]
    if len(journals) != 1:
        yield f"journals are {journals}"
        return
    with open(os.path.join(store, "live", journals[0]), "rb") as file:
        for record in file.read().decode().split("\0")[:-1]:
            fields = record.split("/")
            if fields[0] != "settled" and int(fields[1]) not in rows:
                named[f"{path(int(fields[2]))}/{fields[3]}"] = int(fields[1])
    for name, mark in expected["marks"].items():
        row = named.get(name)
        if row is None:
            yield f"{name} is nowhere"
            continue
        if (row not in rows) != (name in expected["journal"]):
            yield f"{name} has {'no row' if row not in rows else 'a row'}"
        if row in rows and rows[row][2] is not None:
            yield f"{name} is published"
        try:
            found = os.stat(os.path.join(store, "live", str(row))).st_mode & 0o777
        except FileNotFoundError:
            found = 0
        if f"{found:04o}" != mark:
            yield f"{name} has the mode {found:04o} instead of {mark}"


def wait(what, true):
    for _ in range(500):
        if true():
            return
        time.sleep(0.02)
    raise RuntimeError(f"waited in vain for {what}")


@contextlib.contextmanager
def mounted(reprofs, store, mount):
    process = subprocess.Popen([reprofs, "mount", "--foreground", "--no-scrub", mount, "--store", store], stderr=subprocess.DEVNULL)
    try:
        wait("the mount", lambda: os.path.ismount(mount) or process.poll() is not None)
        yield process
    finally:
        process.terminate(), process.wait()
        subprocess.run(["umount", "-l", mount], capture_output=True)


def pack(store, target):
    """One file, because Git keeps no modes: without what says nothing of the store."""
    def kept(entry):
        if os.path.basename(entry.name) in ("mount.log", "catalogue.sqlite-shm"):
            return None
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = int(entry.mtime)
        return entry

    with tarfile.open(target, "w:gz", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(os.listdir(store)):
            tar.add(os.path.join(store, name), name, filter=kept)


def make(reprofs, directory):
    store, mount = os.path.join(directory, "store"), os.path.join(directory, "mount")
    os.mkdir(mount)
    subprocess.run([reprofs, "init", "--store", store], check=True, capture_output=True)
    maker = Maker(os.path.join(mount, "models"), os.path.join(store, "catalogue.sqlite"))

    def published():
        database = sqlite3.connect(f"file:{store}/catalogue.sqlite?mode=ro", uri=True)
        try:
            return database.execute("SELECT count(*) FROM version").fetchone()[0] == 5 and \
                database.execute("SELECT count(*) FROM live WHERE kind = 1 AND blob IS NULL").fetchone()[0] == 0
        finally:
            database.close()

    # The first mount's work is put into the database's one file when it ends; the log holds that of the second alone.
    with mounted(reprofs, store, mount):
        maker.publish_first()
        wait("the first versions", published)
    with mounted(reprofs, store, mount) as process:
        sleepers = Sleepers(process.pid)
        maker.with_rows()
        maker.in_journal()
        process.send_signal(signal.SIGKILL)
        # Each thread that is held is waited for like a child.
        for thread in sleepers.held:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(thread, Sleepers.ALL)
        process.wait()
    for file in maker.open:
        with contextlib.suppress(OSError):
            os.close(file)
    expected = maker.expected()
    problems = list(lacking(store, expected))
    if not problems:
        os.makedirs(PLACE, exist_ok=True)
        pack(store, os.path.join(PLACE, "store.tar.gz"))
        with open(os.path.join(PLACE, "expected.json"), "w") as file:
            json.dump(expected, file, indent=2, sort_keys=True)
            file.write("\n")
    return problems


def takeover(reprofs, directory):
    """What a version that takes the store over in the same boot shows otherwise than it should."""
    store, mount = os.path.join(directory, "store"), os.path.join(directory, "mount")
    os.mkdir(mount)
    with tarfile.open(os.path.join(PLACE, "store.tar.gz")) as tar:
        tar.extractall(store, **({"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}))
    with open(os.path.join(PLACE, "expected.json")) as file:
        expected = json.load(file)
    with open("/proc/sys/kernel/random/boot_id") as file:
        boot = file.read()[:8]
    database = sqlite3.connect(os.path.join(store, "catalogue.sqlite"))
    database.execute("UPDATE meta SET value = ? WHERE key = 'boot'", (boot,))
    database.commit(), database.close()
    with mounted(reprofs, store, mount):
        top = os.path.join(mount, "models")
        shown = {}
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    with open(path, "rb") as file:
                        shown[os.path.relpath(path, top)] = digest(file.read())
        # What was closed is a version a moment after the next mount.
        for _ in range(100):
            listed = subprocess.run([reprofs, "list", "versions", "--json", "--store", store], check=True, capture_output=True).stdout
            versions = collections.defaultdict(list)
            for row in json.loads(listed):
                versions[f"{row['folder']}/{row['name']}"].append(row["sha256"])
            if {name: sorted(all) for name, all in versions.items()} == {
                    name: sorted(all) for name, all in expected["versions"].items() if all}:
                break
            time.sleep(0.1)
        for name in sorted(set(shown) | set(expected["models"])):
            if shown.get(name) != expected["models"].get(name):
                yield f"models/{ascii(name)} holds {shown.get(name)} instead of {expected['models'].get(name)}"
        for name in sorted(set(versions) | set(expected["versions"])):
            if sorted(versions.get(name, [])) != sorted(expected["versions"].get(name, [])):
                yield f"{ascii(name)} has the versions {versions.get(name)} instead of {expected['versions'].get(name)}"
        for name in expected["directories"]:
            if not os.path.isdir(os.path.join(top, name)):
                yield f"the directory {name} is gone"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reprofs", required=True)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    reprofs = os.path.abspath(arguments.reprofs)
    with tempfile.TemporaryDirectory(prefix="reprofs-killed-") as directory:
        problems = list((takeover if arguments.check else make)(reprofs, directory))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
