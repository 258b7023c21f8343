"""The process of a client: it chooses operations at random, times each request, and judges what goes wrong in a mount that may
die.

What it knows for certain it notes: bytes that nobody else could write and that were closed, or got a model's name, are
promised."""
import contextlib, errno, os, random, time

from shared import HUNG, STOP, Notes, digest, model

FOLDERS = ["checkpoints", "loras", "loras/a", "loras/b", "loras/a/deep", "loras/caf\u00e9", "loras/cafe\u0301", "vae"]
NAMES = ["a.safetensors", "b.safetensors", "c.safetensors", "caf\u00e9.safetensors", "cafe\u0301.safetensors",
         "\u0301x.safetensors", "a\u200db.safetensors", "\ufe0fy.safetensors", "\U0001f468\u200d\U0001f469.safetensors",
         "a.bak", "notes.txt", "d.ckpt", "a.safetensors.part"]
BIG = "checkpoints/big.safetensors"

# What an operation may answer when another was first, or when it cannot be done at all.
EXPECTED = {errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENOTEMPTY, errno.ELOOP, errno.ENOSPC, errno.ETXTBSY}
# A rename into itself, or of a directory over its parent.
EXPECTED_OF_RENAME = EXPECTED | {errno.EINVAL, errno.EBUSY}
RENAMING = {"rename", "rename_directory", "exchange", "create_and_remove_own"}
# What the death of the mount makes of any operation; EPERM comes from the directory below, which is immutable.
DEAD = {errno.ENOTCONN, errno.ECONNABORTED, errno.EIO, errno.ECONNREFUSED, errno.ESTALE, errno.EPERM}
# So long after a mount was killed its death explains what is answered. Seconds.
MOURNING = 10


def plain():
    """No names but those of ASCII, in all clients."""
    for names in (FOLDERS, NAMES):
        names[:] = [name if name.isascii() else f"plain{number}" + name[name.rfind("."):] * ("." in name)
                    if "/" not in name else f"loras/plain{number}" for number, name in enumerate(names)]


class Client:
    def __init__(self, number, turn, arguments, top, board, directory):
        self.number, self.turn, self.seed, self.board = number, turn, arguments.seed, board
        self.chance = random.Random(f"{arguments.seed} {number} {turn}")
        self.top = os.path.join(top, "models")
        self.notes = Notes(directory, f"client{number:02}")
        self.count, self.slowest = 0, {}
        # Files that nobody else writes: their paths and what they hold.
        self.own = {}
        self.kept = None
        self.works = [(weight, work) for weight, work in self.all_works() if work.__name__ not in arguments.without]

    def run(self):
        while not self.board.is_set(STOP):
            work = self.chance.choices([work for _, work in self.works], [weight for weight, _ in self.works])[0]
            self.work, self.death = work.__name__, self.board.last_death()
            try:
                work()
            except OSError as error:
                self.judge(error)
            self.count += 1
        if self.kept:
            # It may be a dead mount's.
            with contextlib.suppress(OSError):
                self.ask("close", os.close, self.kept[0])
        self.notes("slowest", times=self.slowest)

    def judge(self, error):
        # Whoever was stopped hears of a death late.
        died = self.board.last_death() != self.death or self.board.since_mount_was_killed() < MOURNING
        dead = error.errno in DEAD and (died or self.board.is_set(HUNG))
        if dead:
            time.sleep(0.1)
        # A file may lose its node between the looking up and the opening again and again.
        elif error.errno not in (EXPECTED_OF_RENAME if self.work in RENAMING else EXPECTED):
            kind = "odd" if error.errno == errno.ESTALE else "wrong"
            self.notes(kind, what=f"{self.work}: {errno.errorcode.get(error.errno, error.errno)}", file=ascii(error.filename),
                       client=self.number, turn=self.turn)

    def ask(self, what, function, *arguments, **named):
        """One request or a few, timed."""
        shown = ", ".join(ascii(argument) for argument in arguments if isinstance(argument, (str, int)))
        self.board.begin(self.number, f"{self.work}: {what} {shown}")
        try:
            return function(*arguments, **named)
        finally:
            # Later than above where this process was stopped.
            taken = time.monotonic() - abs(self.board.start(self.number))
            self.board.end(self.number)
            if taken > self.slowest.get(what, 0):
                self.slowest[what] = round(taken, 3)
                if taken > 5:
                    self.notes("slow", what=f"{self.work}: {what}", seconds=round(taken, 1), client=self.number)

    def path(self, name):
        return os.path.join(self.top, name)

    def shared(self):
        return self.path(f"{self.chance.choice(FOLDERS)}/{self.chance.choice(NAMES)}")

    def folder(self):
        folder = self.path(self.chance.choice(FOLDERS))
        self.ask("makedirs", os.makedirs, folder, exist_ok=True)
        return folder

    def fresh(self):
        """A name that is only this client's, and its bytes; the name says how they are made again."""
        seed = f"{self.seed}-{self.number}.{self.turn}-{self.count}"
        return f"s{seed}.safetensors", model(seed)

    def promise(self, data, path, how):
        self.notes("promise", digest=digest(data), name=os.path.relpath(path, self.top), how=how, size=len(data))
