"""A file system on a disk that remembers every write and flush, and that disk as power cuts could have left it."""
import contextlib, os, random, struct, subprocess, time

SIZE = 320 << 20  # bytes; xfs takes no less than 300 MB
MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q"], "btrfs": ["mkfs.btrfs", "-q"]}
HEAD = struct.Struct("<3Q")


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def unmount(path):
    for _ in range(200):
        if subprocess.run(["umount", path], capture_output=True).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"{path} cannot be unmounted")


class Recording:
    """The log of one disk. Its moments are numbers of flushes: what was written before a moment has reached the disk."""

    def __init__(self, kind, directory, plog):
        self.kind, self.directory, self.plog = kind, directory, plog
        self.base, self.log = self.path("base.img"), self.path("log")
        self.position = self.flushes = 0

    def path(self, name):
        return os.path.join(self.directory, name)

    @contextlib.contextmanager
    def file_system(self):
        """A fresh file system that is recorded."""
        work, device, target = self.path("work.img"), self.path("device"), self.path("disk")
        with open(self.base, "wb") as file:
            file.truncate(SIZE)
        run(*MAKE[self.kind], self.base)
        run("cp", "--sparse=always", self.base, work)
        with contextlib.ExitStack() as stack:
            os.makedirs(device, exist_ok=True), os.makedirs(target, exist_ok=True)
            daemon = subprocess.Popen([self.plog, work, self.log, device])
            stack.callback(daemon.wait)
            while not os.path.exists(os.path.join(device, "disk")):
                if daemon.poll() is not None:
                    raise RuntimeError("plog did not start")
                time.sleep(0.02)
            stack.callback(unmount, device)
            loop = run("losetup", "-f", "--show", os.path.join(device, "disk")).strip()
            stack.callback(run, "losetup", "-d", loop)
            run("mount", loop, target)
            stack.callback(unmount, target)
            yield target
        os.remove(work)

    def moment(self):
        """How many flushes the disk has seen."""
        with open(self.log, "rb") as log:
            log.seek(self.position)
            while len(head := log.read(HEAD.size)) == HEAD.size:
                kind, _, length = HEAD.unpack(head)
                if kind == 2:
                    self.flushes += 1
                else:
                    log.seek(length, 1)
                self.position = log.tell()
        return self.flushes

    def cuts(self, moments, seed):
        """For each moment, in their order: the moment and an image with all that was written before it and, torn at sectors
        or whole, some of what was written before the next flush."""
        rolling, image = self.path("rolling.img"), self.path("cut.img")
        run("cp", "--sparse=always", self.base, rolling)
        with open(self.log, "rb") as log, open(rolling, "r+b") as disk:
            seen = 0
            for number, moment in enumerate(sorted(moments)):
                while seen < moment:
                    kind, offset, length = HEAD.unpack(log.read(HEAD.size))
                    if kind == 2:
                        seen += 1
                        continue
                    disk.seek(offset), disk.write(log.read(length))
                disk.flush()
                run("cp", "--sparse=always", rolling, image)
                chance, place = random.Random(f"{seed} {number}"), log.tell()
                with open(image, "r+b") as cut:
                    while len(head := log.read(HEAD.size)) == HEAD.size:
                        kind, offset, length = HEAD.unpack(head)
                        if kind == 2:
                            break
                        data = log.read(length)
                        if chance.random() < 0.5:
                            continue
                        if length > 4096 and chance.random() < 0.3:
                            data = data[: chance.randrange(1, length // 512) * 512]
                        cut.seek(offset), cut.write(data)
                log.seek(place)
                yield moment, image
        os.remove(rolling), os.remove(image)
