"""What clients do: random operations on a few names that all share, and on files of their own."""
import contextlib, ctypes, errno, mmap, os, time

from client import BIG, FOLDERS, NAMES, Client
from shared import digest

LIBC = ctypes.CDLL(None, use_errno=True)
EXCHANGE, NO_REPLACE, HERE = 2, 1, -100


class Operations(Client):
    def all_works(self):
        return [
            (14, self.create_own), (6, self.create_and_remove_own), (6, self.patch_own), (4, self.overwrite_own),
            (4, self.rename_own), (4, self.remove_own), (6, self.read_own), (10, self.download), (8, self.overwrite),
            (5, self.write_byte), (2, self.write_big), (4, self.truncate), (4, self.append), (10, self.read), (5, self.rename),
            (6, self.rename_directory), (4, self.exchange), (5, self.remove), (3, self.remove_directory),
            (3, self.make_directory), (3, self.sync), (3, self.sync_directory), (4, self.change), (8, self.list), (6, self.stat),
            (3, self.attributes), (3, self.link), (2, self.keep), (2, self.half), (2, self.views)]

    def write_all(self, file, data):
        piece = self.chance.choice([4096, 65_536, 300_000, 1 << 20])
        for start in range(0, len(data), piece):
            count = self.ask("write", os.write, file, data[start:start + piece])
            if count != len(data[start:start + piece]):
                raise OSError(errno.ENOSPC, "not all was written")
        if self.chance.random() < 0.15:
            self.ask("fsync", os.fsync, file)

    def put(self, path, data, flags):
        """True when all is written and closed."""
        file = self.ask("open", os.open, path, flags, 0o644)
        try:
            self.write_all(file, data)
        except BaseException:
            with contextlib.suppress(OSError):
                self.ask("close", os.close, file)
            raise
        self.ask("close", os.close, file)

    # Files of its own: what is closed is promised.

    def create_own(self):
        name, data = self.fresh()
        path = os.path.join(self.folder(), name)
        self.put(path, data, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        self.promise(data, path, "create")
        self.own[path] = data
        if len(self.own) > 30:
            del self.own[next(iter(self.own))]

    def create_and_remove_own(self):
        """Whatever happens to the name in the next moment, what was closed is a version."""
        name, data = self.fresh()
        path = os.path.join(self.folder(), name)
        self.put(path, data, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        self.promise(data, path, "create and lose")
        match self.chance.randrange(4):
            case 0: self.ask("unlink", os.unlink, path)
            case 1: self.ask("rename", os.rename, path, path.replace(".safetensors", ".bak"))
            case 2: self.ask("rename", os.rename, path, self.shared())
            case 3: self.ask("rename", os.rename, os.path.dirname(path), self.path(self.chance.choice(FOLDERS)))

    def some_own(self):
        if not self.own:
            raise FileNotFoundError(errno.ENOENT, "nothing of its own")
        return self.chance.choice(list(self.own))

    def gone(self, path):
        """What lies under the name of an own file may be nothing: somebody renamed its directory."""
        self.own.pop(path, None)

    def patch_own(self):
        path = self.some_own()
        data = bytearray(self.own.pop(path))
        file = self.ask("open", os.open, path, os.O_RDWR)
        try:
            at = self.chance.randrange(len(data) - 64, len(data))
            data[at] ^= 1 + self.chance.randrange(255)
            self.ask("pwrite", os.pwrite, file, bytes(data[at:at + 1]), at)
        except BaseException:
            with contextlib.suppress(OSError):
                self.ask("close", os.close, file)
            raise
        self.ask("close", os.close, file)
        self.promise(bytes(data), path, "patch")
        self.own[path] = bytes(data)

    def overwrite_own(self):
        path = self.some_own()
        del self.own[path]
        _, data = self.fresh()
        self.put(path, data, os.O_WRONLY | os.O_TRUNC)
        self.promise(data, path, "overwrite")
        self.own[path] = data

    def rename_own(self):
        path = self.some_own()
        data = self.own.pop(path)
        name, _ = self.fresh()
        target = os.path.join(self.folder(), name)
        self.ask("rename", os.rename, path, target)
        self.own[target] = data

    def remove_own(self):
        path = self.some_own()
        del self.own[path]
        self.ask("unlink", os.unlink, path)

    def read_own(self):
        path = self.some_own()
        expected = self.own[path]
        try:
            found = self.contents(path)
        except FileNotFoundError:
            return self.gone(path)
        if found != expected:
            self.notes("wrong", what=f"a file of its own holds {digest(found)} instead of {digest(expected)}",
                       file=ascii(path), client=self.number, turn=self.turn)
            del self.own[path]

    def download(self):
        """Under a name that nobody else writes, then over a shared name: a version, whoever writes next."""
        name, data = self.fresh()
        folder = self.folder()
        part = os.path.join(folder, name + self.chance.choice([".part", ".tmp", ".incomplete"]))
        self.put(part, data, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        target = os.path.join(folder, self.chance.choice([name for name in NAMES if name.endswith(".safetensors")]))
        self.ask("rename", os.rename, part, target)
        self.promise(data, target, "download")

    # Files that everybody writes: only what becomes a version can be checked, by its hash.

    def overwrite(self):
        self.folder()
        self.put(self.shared(), self.fresh()[1], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)

    def byte(self, path):
        file = self.ask("open", os.open, path, os.O_RDWR)
        try:
            size = self.ask("fstat", os.fstat, file).st_size
            if size:
                self.ask("pwrite", os.pwrite, file, self.chance.randbytes(1), self.chance.randrange(max(0, size - 1000), size))
            if self.chance.random() < 0.2:
                self.ask("fsync", os.fsync, file)
        finally:
            self.ask("close", os.close, file)

    def write_byte(self):
        self.byte(self.shared())

    def write_big(self):
        # Each time is a version as large as the first.
        if self.chance.random() < 0.25:
            self.byte(self.path(BIG))

    def truncate(self):
        path = self.shared()
        if self.chance.random() < 0.5:
            return self.ask("truncate", os.truncate, path, self.chance.choice([0, 10, 1000, 100_000]))
        file = self.ask("open", os.open, path, os.O_RDWR)
        try:
            self.ask("ftruncate", os.ftruncate, file, self.chance.choice([0, 10, 1000, 100_000]))
        finally:
            self.ask("close", os.close, file)

    def append(self):
        file = self.ask("open", os.open, self.shared(), os.O_WRONLY | os.O_APPEND)
        try:
            self.ask("write", os.write, file, self.chance.randbytes(500))
        finally:
            self.ask("close", os.close, file)

    def half(self):
        """Leaves a file open for a while that somebody else may take the name of."""
        self.folder()
        data = self.fresh()[1]
        file = self.ask("open", os.open, self.shared(), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self.ask("write", os.write, file, data[:len(data) // 2])
            time.sleep(self.chance.random())
            self.ask("write", os.write, file, data[len(data) // 2:])
        finally:
            self.ask("close", os.close, file)

    def attribute(self, file):
        try:
            return self.ask("getxattr", os.getxattr, file, "user.reprofs.sha256").decode()
        except OSError as error:
            if error.errno in (errno.ENODATA, errno.ENOTSUP):
                return None
            raise

    def contents(self, path):
        """All bytes of a file, read or mapped. A node whose hash is told has these bytes and no others."""
        file = self.ask("open", os.open, path, os.O_RDONLY)
        try:
            before = self.attribute(file)
            size = self.ask("fstat", os.fstat, file).st_size
            if self.chance.random() < 0.5 and size:
                def read():
                    with mmap.mmap(file, size, prot=mmap.PROT_READ) as mapping:
                        return mapping[:]
                # A file that is cut meanwhile kills whoever has it mapped, as anywhere; one with a hash never is.
                data = self.ask("mmap", read) if before else self.ask("pread", os.pread, file, size, 0)
            else:
                data = b""
                while piece := self.ask("read", os.read, file, 1 << 20):
                    data += piece
            after = self.attribute(file)
            if before and before == after and digest(data) != before:
                self.notes("wrong", what=f"read {digest(data)} of a node that says {before}", file=ascii(path), client=self.number)
            return data
        finally:
            self.ask("close", os.close, file)

    def read(self):
        self.contents(self.shared())

    def keep(self):
        """What is open stays as it was."""
        if self.kept:
            file, expected, self.death = self.kept
            self.kept = None
            try:
                size = self.ask("fstat", os.fstat, file).st_size
                found = digest(self.ask("pread", os.pread, file, size, 0))
            finally:
                self.ask("close", os.close, file)
            if found != expected:
                self.notes("wrong", what=f"an open file became {found} instead of {expected}", client=self.number)
        file = self.ask("open", os.open, self.shared(), os.O_RDONLY)
        if before := self.attribute(file):
            self.kept = file, before, self.death
        else:
            self.ask("close", os.close, file)

    def views(self):
        for place in ("by-hash/sha256", "by-name/checkpoints", "by-name/loras", ".reprofs", "by-image", "active/models"):
            with contextlib.suppress(FileNotFoundError):
                path = os.path.join(os.path.dirname(self.top), place)
                for name in self.ask("listdir", os.listdir, path)[:20]:
                    with contextlib.suppress(FileNotFoundError):
                        self.ask("lstat", os.lstat, os.path.join(path, name))

    # Names.

    def rename(self):
        self.folder()
        self.ask("rename", os.rename, self.shared(), self.shared())

    def rename_directory(self):
        self.ask("rename", os.rename, self.path(self.chance.choice(FOLDERS[2:7])), self.path(self.chance.choice(FOLDERS[2:7])))

    def exchange(self):
        choose = self.shared if self.chance.random() < 0.6 else lambda: self.path(self.chance.choice(FOLDERS[2:7]))
        first, second = choose(), choose()
        flags = self.chance.choice([EXCHANGE, EXCHANGE, NO_REPLACE])

        def call(first, second):
            if LIBC.renameat2(HERE, first.encode(), HERE, second.encode(), flags):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), first)
        self.ask("renameat2", call, first, second)

    def remove(self):
        self.ask("unlink", os.unlink, self.shared())

    def remove_directory(self):
        self.ask("rmdir", os.rmdir, self.path(self.chance.choice(FOLDERS[2:])))

    def make_directory(self):
        self.ask("mkdir", os.mkdir, self.path(self.chance.choice(FOLDERS)))

    def link(self):
        path = self.shared() + ".link"
        if self.chance.random() < 0.5:
            self.ask("symlink", os.symlink, self.chance.choice(NAMES), path)
        else:
            self.ask("readlink", os.readlink, path), self.ask("unlink", os.unlink, path)

    # What changes nothing.

    def sync(self):
        file = self.ask("open", os.open, self.shared(), os.O_RDONLY)
        try:
            self.ask("fsync", os.fsync, file)
        finally:
            self.ask("close", os.close, file)

    def sync_directory(self):
        file = self.ask("open", os.open, self.path(self.chance.choice(FOLDERS)), os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.ask("fsync of a directory", os.fsync, file)
        finally:
            self.ask("close", os.close, file)

    def change(self):
        path = self.shared()
        if self.chance.random() < 0.5:
            self.ask("chmod", os.chmod, path, self.chance.choice([0o644, 0o600, 0o664]))
        else:
            self.ask("utime", os.utime, path, (time.time(), self.chance.randrange(1 << 30)))

    def list(self):
        folder = self.path(self.chance.choice(FOLDERS + [""]))
        for entry in self.ask("scandir", lambda path: list(os.scandir(path)), folder):
            with contextlib.suppress(FileNotFoundError):
                self.ask("lstat", entry.stat, follow_symlinks=False)

    def stat(self):
        for _ in range(5):
            with contextlib.suppress(FileNotFoundError):
                self.ask("stat", os.stat, self.shared())
        self.ask("statvfs", os.statvfs, self.top)

    def attributes(self):
        path = self.shared()
        for name in self.ask("listxattr", os.listxattr, path):
            with contextlib.suppress(OSError):
                self.ask("getxattr", os.getxattr, path, name)
