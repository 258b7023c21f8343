"""What all processes share: the board on which each writes what it does, models that can be made again, and notes."""
import contextlib, hashlib, json, mmap, os, random, struct, time

# No request may take longer. Seconds.
LIMIT = 20
# A command may wait for others that change the catalogue. Seconds.
COMMAND_LIMIT = 90


class Board:
    """One slot for each process: what it is doing, and since when. Shared by all that are forked later."""

    SLOT = 1024
    HEAD = struct.Struct("<didH")

    def __init__(self, count):
        self.count = count
        self.memory = mmap.mmap(-1, (count + 1) * self.SLOT)

    def begin(self, slot, text, limit=LIMIT):
        data = text.encode()[:self.SLOT - self.HEAD.size]
        place = slot * self.SLOT
        # The time last: the watchdog believes nothing without it.
        self.memory[place:place + 8] = bytes(8)
        self.memory[place + self.HEAD.size:place + self.HEAD.size + len(data)] = data
        self.HEAD.pack_into(self.memory, place, time.monotonic(), os.getpid(), limit, len(data))

    def end(self, slot):
        self.memory[slot * self.SLOT:slot * self.SLOT + 8] = bytes(8)

    def start(self, slot):
        """Zero where the process does nothing, and less where it is stopped."""
        return struct.unpack_from("<d", self.memory, slot * self.SLOT)[0]

    def pause(self, slot):
        """The process is stopped: its time is not the mount's."""
        struct.pack_into("<d", self.memory, slot * self.SLOT, -abs(self.start(slot)))

    def again(self, slot):
        """It goes on, and its time begins anew."""
        if self.start(slot):
            struct.pack_into("<d", self.memory, slot * self.SLOT, time.monotonic())

    def look(self, slot):
        """Since when, which process, its limit and what it does; nil where it does nothing."""
        place = slot * self.SLOT
        start, process, limit, length = self.HEAD.unpack_from(self.memory, place)
        if start <= 0:
            return None
        text = self.memory[place + self.HEAD.size:place + self.HEAD.size + length].decode(errors="replace")
        return start, process, limit, text

    # The last slot says what concerns everybody.
    def set(self, flag):
        self.memory[self.count * self.SLOT + flag] = 1

    def is_set(self, flag):
        return self.memory[self.count * self.SLOT + flag] == 1

    def killed_mount(self):
        struct.pack_into("<d", self.memory, self.count * self.SLOT + 64, time.monotonic())

    def last_death(self):
        """When a mount was killed last."""
        return struct.unpack_from("<d", self.memory, self.count * self.SLOT + 64)[0]

    def since_mount_was_killed(self):
        return time.monotonic() - self.last_death()


STOP, HUNG = 0, 1


class Notes:
    """What a process found, a line at a time, so that nothing of it is lost when it is killed."""

    def __init__(self, directory, name):
        self.file = open(os.path.join(directory, name + ".notes"), "a", buffering=1)

    def __call__(self, kind, **facts):
        self.file.write(json.dumps({"kind": kind, "time": round(time.time(), 3), **facts}) + "\n")


def all_notes(directory):
    for name in sorted(os.listdir(directory)):
        if name.endswith(".notes"):
            with open(os.path.join(directory, name)) as file:
                for line in file:
                    # A killed process may leave half a line.
                    with contextlib.suppress(ValueError):
                        yield json.loads(line)


def digest(data):
    return hashlib.sha256(data).hexdigest()


def model(seed, size=None):
    """A whole safetensors file that nobody else makes: its bytes follow from the seed, which is in its header."""
    chance = random.Random(f"stress {seed}")
    if size is None:
        size = chance.choice([64, 3_000, 20_000, 60_000, 200_000, 200_000, 1_500_000])
    head = json.dumps({"__metadata__": {"seed": str(seed)},
                       "x": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    piece = chance.randbytes(min(size, 1 << 24))
    return len(head).to_bytes(8, "little") + head + piece * (size // len(piece))
