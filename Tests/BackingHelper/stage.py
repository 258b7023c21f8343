"""Where reprofs-backing is attacked: a mount namespace with the helper, and mounts of ordinary users that a few lines serve.

Everything ends with the process: the namespace with its mounts, and what was started, by the kernel's signal.
"""
import array, ctypes, errno, mmap, os, resource, shutil, signal, socket, stat, struct, subprocess, sys, tempfile, traceback

import listen
from listen import HELPER

NOBODY, OTHER = 65534, 1
OPEN, CLOSE = 1, 2
CONNECTIONS = "/sys/fs/fuse/connections"
libc = ctypes.CDLL(None, use_errno=True)


def call(result, what):
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def mount(source, place, kind, flags=0, options=None):
    call(libc.mount(source.encode(), place.encode(), kind and kind.encode(), flags, options and options.encode()), "mount " + place)


def ends_with_parent():
    libc.prctl(1, signal.SIGKILL)


class Stage:
    """The namespace, in `work` a tmpfs, and the helper at `socket`."""

    def __init__(self, program):
        self.work = tempfile.mkdtemp(prefix="reprofs-backing-")
        call(libc.unshare(0x20000), "unshare")
        mount("none", "/", None, 0x4000 | 0x40000)
        # The mounts of other tests would not end as long as they are here.
        for line in open("/proc/self/mountinfo").read().splitlines():
            if " - fuse.reprofs " in line:
                libc.umount2(line.split()[4].encode().decode("unicode_escape").encode("latin-1"), 2)
        mount("tmpfs", self.work, "tmpfs", 0, "mode=755")
        # Not every machine mounts it, and whose a mount is stands only there.
        if not os.path.ismount(CONNECTIONS):
            mount("none", CONNECTIONS, "fusectl")
        self.program = os.path.join(self.work, "reprofs-backing")
        shutil.copy(program, self.program)
        run = os.path.join(self.work, "run")
        os.mkdir(run)
        os.chown(run, HELPER, HELPER)
        self.socket = os.path.join(run, "backing.sock")
        self.children, self.places, self.helper = [], [], None
        self.start_helper()

    def start_helper(self):
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        self.helper = subprocess.Popen(
            [sys.executable, listen.__file__, self.socket, self.program], preexec_fn=ends_with_parent)
        while True:
            try:
                with connected() as client:
                    client.connect(self.socket)
                    send(client, b"?", [])
                    if answer(client) == -errno.EINVAL:
                        return
            except OSError:
                pass
            if self.helper.poll() is not None:
                raise SystemExit("the helper does not start")

    def file(self, name, content, mode=0o644, owner=0):
        path = os.path.join(self.work, name)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)
        os.chown(path, owner, owner)
        return path

    def end(self):
        # Whoever waits for a mount waits no more.
        for place in self.places:
            libc.umount2(place.encode(), 3)
        for child in self.children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        self.helper.kill()
        self.helper.wait()
        # What is mounted there goes with the namespace.
        libc.umount2(self.work.encode(), 2)
        os.rmdir(self.work)


def connected():
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def send(client, message, files):
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
    try:
        client.sendmsg([message], rights)
    except BrokenPipeError:
        pass  # It was refused before; the answer says so.


def answer(client):
    """The number or the negative errno; None: it hung up without a word."""
    client.settimeout(60)
    said = b""
    for _ in range(2):
        try:
            said = client.recv(64)
            break
        except ConnectionResetError:
            continue  # Something was not read; what was said before comes next.
    return struct.unpack("<i", said)[0] if said else None


class Users:
    """What a user does with the helper at `path`."""

    def __init__(self, path):
        self.path = path

    def connect(self):
        client = connected()
        client.connect(self.path)
        return client

    def ask(self, operation, number, *files, message=None):
        with self.connect() as client:
            send(client, struct.pack("<II", operation, number) if message is None else message, files)
            return answer(client)

    def opens(self, device, file):
        return self.ask(OPEN, 0, device, file)

    def closes(self, device, number):
        return self.ask(CLOSE, number, device)


class Mount:
    """A mount of `user`'s with one file, which the kernel reads by itself with the number in `backing`."""

    def __init__(self, stage, name, user=NOBODY, size=1 << 20, answers_closes=True, options=",allow_other"):
        self.place = os.path.join(stage.work, name)
        os.makedirs(self.place, exist_ok=True)
        self.file = os.path.join(self.place, "file")
        self.size, self.answers_closes = size, answers_closes
        self.device = os.open("/dev/fuse", os.O_RDWR)
        mount("attack", self.place, "fuse", 6, f"fd={self.device},rootmode=40000,user_id={user},group_id={user}{options}")
        self.shared = mmap.mmap(-1, 4096)
        self.server = os.fork()
        if self.server == 0:
            ends_with_parent()
            try:
                while True:
                    self.serve(os.read(self.device, 1 << 20))
            except OSError:
                os._exit(0)
        stage.children.append(self.server)
        stage.places.append(self.place)
        self.stage = stage
        as_user(user, lambda: os.stat(self.place))

    @property
    def backing(self):
        return struct.unpack_from("<i", self.shared)[0]

    @backing.setter
    def backing(self, number):
        struct.pack_into("<i", self.shared, 0, number)

    def end(self, keeps_device=False):
        call(libc.umount2(self.place.encode(), 2), "umount")
        os.kill(self.server, signal.SIGKILL)
        os.waitpid(self.server, 0)
        self.stage.children.remove(self.server)
        if not keeps_device:
            os.close(self.device)

    def attributes(self, node):
        mode, size = (0o40755, 0) if node == 1 else (0o100666, self.size)
        return struct.pack("<6Q3I7I", node, size, size // 512, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

    def serve(self, request):
        _, operation, unique, node = struct.unpack_from("<IIQQ", request)
        problem, reply = 0, b""
        if operation == 26:
            # FUSE_INIT_EXT and FUSE_PASSTHROUGH, one file system below.
            reply = struct.pack("<4I2H2I2H2I6I", 7, 40, 0, 1 << 30, 0, 0, 65536, 1, 0, 0, 1 << 5, 1, *[0] * 6)
        elif operation == 1:
            problem = 0 if request[40:] == b"file\0" else 2
            reply = struct.pack("<4Q2I", 2, 0, 0, 0, 0, 0) + self.attributes(2)
        elif operation == 3:
            reply = struct.pack("<Q2I", 0, 0, 0) + self.attributes(node)
        elif operation == 14:
            number = self.backing
            reply = struct.pack("<QIi", 0, 1 << 7 if number else 0, number)
        elif operation == 27:
            reply = struct.pack("<QIi", 0, 0, 0)
        elif operation == 25 and not self.answers_closes:
            return
        elif operation in (2, 42, 36):
            return
        elif operation not in (18, 25, 29):
            problem = 38
        out = b"" if problem else reply
        os.write(self.device, struct.pack("<IiQ", 16 + len(out), -problem, unique) + out)


def as_user(user, work):
    """Runs `work` in a process of that user; whatever is wrong there is wrong here."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            ends_with_parent()
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        raise SystemExit(f"failed as user {user}")
