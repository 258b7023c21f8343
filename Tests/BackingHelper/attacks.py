#!/usr/bin/env python3
"""Attacks on reprofs-backing, each as an ordinary user who has a mount: refused, or harmless.

    attacks.py PROGRAM NAME     in a mount namespace of its own; root is needed for that. Exit 0: as it should be
    attacks.py --list           the names
"""
import errno, threading
from stage import *

CONTENT = bytes(range(256)) * 4096
SECRET = b"root's own " * 1000
ATTACKS = {}


def attack(function):
    ATTACKS[function.__name__] = function
    return function


class Scene(Stage):
    """A mount of nobody's, a file of theirs, and one that only root may read."""

    def __init__(self, program):
        super().__init__(program)
        self.users = Users(self.socket)
        self.own = self.file("own", CONTENT, 0o644, NOBODY)
        self.secret = self.file("secret", SECRET, 0o600)
        self.mount = Mount(self, "mount", size=len(CONTENT))

    def refused(self, problem, file, device=None, user=NOBODY):
        """The user who holds these descriptors gets this errno and no number."""
        device = self.mount.device if device is None else device
        as_user(user, lambda: expect(self.users.opens(device, file), -problem))

    def is_harmless(self, file, content):
        """Whoever opens the file through the mount can read it and change nothing."""
        def use():
            number = self.users.opens(self.mount.device, file)
            assert number > 0, number
            self.mount.backing = number
            with open(self.mount.file, "rb") as reader:
                expect(reader.read(), content)
                if content:
                    with mmap.mmap(reader.fileno(), 0, prot=mmap.PROT_READ) as mapped:
                        expect(mapped[:], content)
            for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDWR | os.O_APPEND, os.O_WRONLY | os.O_TRUNC):
                try:
                    writer = os.open(self.mount.file, flags)
                except OSError:
                    continue
                try:
                    os.pwrite(writer, b"written", 0)
                    raise AssertionError("it was written into")
                except OSError:
                    pass
                finally:
                    os.close(writer)
            self.mount.backing = 0
            expect(self.users.closes(self.mount.device, number), 0)
        as_user(NOBODY, use)

    def still_serves(self, user=NOBODY):
        mount = self.mount if user == NOBODY else Mount(self, f"mount-{user}", user, len(CONTENT))
        def use():
            with open(self.own, "rb") as file:
                number = self.users.opens(mount.device, file.fileno())
                assert number > 0, number
                expect(self.users.closes(mount.device, number), 0)
        as_user(user, use)


def expect(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r}, not {wanted!r}"[:300])


# MARK: Files

@attack
def a_file_of_ones_own_is_read_through_the_mount(scene):
    with open(scene.own, "rb") as file:
        scene.is_harmless(file.fileno(), CONTENT)


@attack
def a_file_that_is_open_for_writing_too_is_not_written_through_the_mount(scene):
    with open(scene.own, "r+b") as file:
        scene.is_harmless(file.fileno(), CONTENT)
    expect(open(scene.own, "rb").read(), CONTENT)


@attack
def a_file_of_roots_that_everybody_may_read_is_not_written(scene):
    path = scene.file("public", CONTENT)
    with open(path, "rb") as file:
        scene.is_harmless(file.fileno(), CONTENT)
    expect(open(path, "rb").read(), CONTENT)


@attack
def a_descriptor_that_only_stands_for_a_path_is_refused(scene):
    scene.refused(errno.EBADF, os.open(scene.secret, os.O_PATH))


@attack
def a_file_that_is_open_for_writing_alone_is_refused(scene):
    path = scene.file("drop", b"", 0o622)
    scene.refused(errno.EBADF, os.open(path, os.O_WRONLY))
    # Neither reading nor writing: for calls to a device.
    scene.refused(errno.EBADF, os.open(path, 3))


@attack
def what_is_no_file_is_refused(scene):
    scene.refused(errno.EINVAL, os.open(scene.work, os.O_RDONLY | os.O_DIRECTORY))
    fifo = os.path.join(scene.work, "fifo")
    os.mkfifo(fifo)
    scene.refused(errno.EINVAL, os.open(fifo, os.O_RDWR))
    node = os.path.join(scene.work, "null")
    os.mknod(node, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    scene.refused(errno.EINVAL, os.open(node, os.O_RDONLY))
    scene.refused(errno.ENOENT, os.pipe()[0])
    scene.refused(errno.ENOENT, socket.socketpair()[0].fileno())


@attack
def memory_without_a_name_is_refused(scene):
    file = os.memfd_create("m")
    os.write(file, CONTENT)
    scene.refused(errno.ENOENT, file)
    scene.refused(errno.ENOENT, os.open(f"/proc/self/fd/{file}", os.O_RDONLY))


@attack
def what_the_kernel_makes_up_is_refused(scene):
    for kind in ("proc", "sysfs", "cgroup2", "debugfs"):
        place = os.path.join(scene.work, kind)
        os.mkdir(place)
        mount(kind, place, kind)
    for path in ("proc/self/status", "proc/version", "sysfs/kernel/uevent_seqnum", "cgroup2/cgroup.controllers"):
        scene.refused(errno.EXDEV, os.open(os.path.join(scene.work, path), os.O_RDONLY))


@attack
def a_file_of_a_mount_of_fuse_is_refused(scene):
    scene.refused(errno.EXDEV, os.open(scene.mount.file, os.O_RDONLY))


@attack
def a_file_of_a_mount_of_fuse_that_is_its_owners_alone_is_refused(scene):
    alone = Mount(scene, "alone", options="")
    def use():
        expect(scene.users.opens(scene.mount.device, os.open(alone.file, os.O_RDONLY)), -errno.EXDEV)
    as_user(NOBODY, use)


@attack
def a_file_system_that_is_called_like_an_allowed_one_is_refused(scene):
    # The name that a user gives to a file system of FUSE, and its place, stand in the list of mounts.
    named = Mount(scene, "x - ext4 x rw", options=",allow_other,subtype=x - ext4")
    scene.refused(errno.EXDEV, os.open(named.file, os.O_RDONLY))
    assert any("ext4" in line and "fuse.x" in line for line in open("/proc/self/mountinfo"))


@attack
def a_file_of_another_namespace_is_refused(scene):
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ends_with_parent()
        call(libc.unshare(0x20000), "unshare")
        place = os.path.join(scene.work, "elsewhere")
        os.mkdir(place)
        mount("tmpfs", place, "tmpfs")
        with open(os.path.join(place, "file"), "wb") as file:
            file.write(CONTENT)
        socket.send_fds(theirs, [b"f"], [os.open(os.path.join(place, "file"), os.O_RDONLY)])
        ours.close()
        theirs.recv(1)
        os._exit(0)
    scene.children.append(child)
    scene.refused(errno.ENOENT, socket.recv_fds(ours, 1, 1)[1][0])


@attack
def a_file_of_a_mount_that_was_taken_away_is_refused(scene):
    place = os.path.join(scene.work, "gone")
    os.mkdir(place)
    mount("tmpfs", place, "tmpfs")
    with open(os.path.join(place, "file"), "wb") as file:
        file.write(CONTENT)
    file = os.open(os.path.join(place, "file"), os.O_RDONLY)
    call(libc.umount2(place.encode(), 2), "umount")
    scene.refused(errno.ENOENT, file)


@attack
def a_file_without_a_name_is_harmless(scene):
    path = scene.file("unlinked", CONTENT, 0o644, NOBODY)
    file = os.open(path, os.O_RDWR)
    os.unlink(path)
    scene.is_harmless(file, CONTENT)
    expect(os.pread(file, len(CONTENT), 0), CONTENT)


@attack
def a_file_of_a_layered_file_system_is_refused_by_the_kernel(scene):
    for name in ("lower", "upper", "work", "merged"):
        os.mkdir(os.path.join(scene.work, name))
    scene.file("lower/file", CONTENT)
    at = lambda name: os.path.join(scene.work, name)
    mount("overlay", at("merged"), "overlay", 0, f"lowerdir={at('lower')},upperdir={at('upper')},workdir={at('work')}")
    # The mount has agreed on one layer below it.
    scene.refused(errno.ELOOP, os.open(at("merged/file"), os.O_RDONLY))


@attack
def a_descriptor_that_is_swapped_in_flight_stays_the_file_that_was_sent(scene):
    path = os.open(scene.secret, os.O_PATH)
    def use():
        for _ in range(100):
            file = os.open(scene.own, os.O_RDONLY)
            with scene.users.connect() as client:
                send(client, struct.pack("<II", OPEN, 0), [scene.mount.device, file])
                os.dup2(path, file)
                os.close(file)
                number = answer(client)
            assert number > 0, number
            scene.mount.backing = number
            with open(scene.mount.file, "rb") as reader:
                expect(reader.read(), CONTENT)
            expect(scene.users.closes(scene.mount.device, number), 0)
    as_user(NOBODY, use)


# MARK: Mounts

@attack
def what_is_not_the_device_of_fuse_is_never_called(scene):
    pseudo = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY)
    for device in (os.open("/dev/null", os.O_RDWR), os.open("/dev/zero", os.O_RDWR), pseudo, os.pipe()[0],
                   socket.socketpair()[0].fileno(), os.open(scene.own, os.O_RDWR), os.open(scene.work, os.O_RDONLY)):
        with open(scene.own, "rb") as file:
            scene.refused(errno.ENODEV, file.fileno(), device)


@attack
def a_device_without_a_mount_is_refused(scene):
    with open(scene.own, "rb") as file:
        for flags in (os.O_RDWR, os.O_PATH):
            scene.refused(errno.ENOTCONN, file.fileno(), os.open("/dev/fuse", flags))


@attack
def a_mount_of_somebody_else_is_refused(scene):
    other = Mount(scene, "other", OTHER)
    with open(scene.own, "rb") as file:
        scene.refused(errno.EACCES, file.fileno(), other.device)
        scene.refused(errno.EACCES, file.fileno(), user=OTHER)
    def close():
        expect(scene.users.closes(other.device, 1), -errno.EACCES)
    as_user(NOBODY, close)


@attack
def a_mount_that_has_ended_is_refused_though_its_number_is_in_use_again(scene):
    first = Mount(scene, "first")
    number = os.stat(first.place).st_dev
    first.end(keeps_device=True)
    second = Mount(scene, "second")
    # Numbers are given again at once; where another was quicker there is nothing to mix up.
    print("the same number" if os.stat(second.place).st_dev == number else "another number")
    with open(scene.own, "rb") as file:
        scene.refused(errno.ENOTCONN, file.fileno(), first.device)


@attack
def ids_that_were_not_given_are_not_closed(scene):
    second = Mount(scene, "second")
    def use():
        with open(scene.own, "rb") as file:
            given = [scene.users.opens(scene.mount.device, file.fileno()) for _ in range(3)]
        assert all(number > 0 for number in given), given
        for number in (0, 4711, 0x7FFFFFFF, 0xFFFFFFFF):
            expect(scene.users.closes(scene.mount.device, number), -errno.ENOENT)
        for number in given:
            expect(scene.users.closes(second.device, number), -errno.ENOENT)
            expect(scene.users.closes(scene.mount.device, number), 0)
            expect(scene.users.closes(scene.mount.device, number), -errno.ENOENT)
    as_user(NOBODY, use)


@attack
def ids_of_a_mount_before_with_the_same_number_are_unknown(scene):
    first = Mount(scene, "first")
    def use(device, wanted):
        with open(scene.own, "rb") as file:
            expect(scene.users.opens(device, file.fileno()) > 0, wanted)
    as_user(NOBODY, lambda: use(first.device, True))
    first.end()
    second = Mount(scene, "second")
    as_user(NOBODY, lambda: expect(scene.users.closes(second.device, 1), -errno.ENOENT))


# MARK: Messages

@attack
def messages_that_are_no_requests_are_refused(scene):
    def use():
        device, file = scene.mount.device, os.open(scene.own, os.O_RDONLY)
        ask, whole = scene.users.ask, struct.pack("<II", OPEN, 0)
        for message in (whole[:1], whole[:4], whole[:7], whole + b"\0", whole * 2, bytes(60_000)):
            expect(ask(0, 0, device, file, message=message), -errno.EINVAL)
        for operation, number in ((0, 0), (3, 0), (0xFFFFFFFF, 0), (OPEN, 1), (OPEN, 0xFFFFFFFF)):
            expect(ask(operation, number, device, file), -errno.EINVAL)
        for files in ((), (device,), (device, file, file), (device, file) * 5, (file,) * 253):
            expect(ask(OPEN, 0, *files), -errno.EINVAL)
        for files in ((), (device, file), (device,) * 253):
            expect(ask(CLOSE, 1, *files), -errno.EINVAL)
        expect(ask(OPEN, 0, file, device), -errno.ENODEV)
        with scene.users.connect() as client:
            client.shutdown(socket.SHUT_WR)
            assert answer(client) in (None, -errno.EINVAL)
    as_user(NOBODY, use)
    scene.still_serves()


@attack
def who_says_nothing_is_hung_up_on(scene):
    def use():
        with scene.users.connect() as client:
            expect(answer(client), None)
    as_user(NOBODY, use)


@attack
def who_hangs_up_or_says_more_does_no_harm(scene):
    def use():
        file = os.open(scene.own, os.O_RDONLY)
        for _ in range(50):
            with scene.users.connect() as client:
                send(client, struct.pack("<II", OPEN, 0), [scene.mount.device, file])
            with scene.users.connect() as client:
                for _ in range(3):
                    send(client, struct.pack("<II", OPEN, 0), [scene.mount.device, file])
                said = answer(client)
                assert said > 0 or said == -errno.EAGAIN, said
    as_user(NOBODY, use)
    scene.still_serves(OTHER)


@attack
def thousands_of_clients_of_one_user_leave_room_for_another(scene):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    ready, done = os.pipe(), os.pipe()
    crowd = os.fork()
    if crowd == 0:
        ends_with_parent()
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        clients, refused = [], 0
        for index in range(3000):
            client = scene.users.connect()
            clients.append(client)
            client.setblocking(False)
            try:
                refused += client.recv(64) == struct.pack("<i", -errno.EAGAIN)
            except OSError:
                pass
        os.write(ready[1], b"r" if refused or any(said(client) for client in clients) else b"n")
        os.read(done[0], 1)
        os._exit(0)
    scene.children.append(crowd)
    expect(os.read(ready[0], 1), b"r")
    scene.still_serves(OTHER)


@attack
def thousands_who_wait_leave_room_for_another_to_wait(scene):
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    mount = Mount(scene, "mount-other", OTHER, len(CONTENT))
    with open("/proc/sys/net/core/somaxconn") as text:
        most = min(4096, int(text.read()))
    stop(scene.helper)
    crowd = [connects_at_once(scene, NOBODY) for _ in range(most - 1)]
    with connects_at_once(scene, OTHER) as client, open(scene.own, "rb") as file:
        send(client, struct.pack("<II", OPEN, 0), [mount.device, file.fileno()])
        scene.helper.send_signal(signal.SIGCONT)
        number = answer(client)
    assert number > 0, number
    for client in crowd:
        client.close()


@attack
def who_has_hung_up_before_costs_no_process(scene):
    def ended():
        # What the processes that it made and waited for have cost, in pages.
        with open(f"/proc/{scene.helper.pid}/stat") as facts:
            return int(facts.read().rsplit(")", 1)[1].split()[8])
    def cost(work):
        before = ended()
        work()
        return ended() - before
    def crowd():
        stop(scene.helper)
        for _ in range(500):
            connects_at_once(scene, NOBODY).close()
        scene.helper.send_signal(signal.SIGCONT)
        scene.still_serves(OTHER)
    # Nobody has more than 16 processes at a time, so that many at least would be made.
    few = cost(lambda: [scene.still_serves() for _ in range(4)])
    found = cost(crowd)
    assert 0 < few and found < few, (few, found)


def stop(helper):
    """Nobody is served from here on until it goes on."""
    helper.send_signal(signal.SIGSTOP)
    os.waitpid(helper.pid, os.WUNTRACED)


def connects_at_once(scene, user):
    client = connected()
    client.setblocking(False)
    os.seteuid(user)
    try:
        client.connect(scene.socket)
    finally:
        os.seteuid(0)
    return client


def said(client):
    try:
        return client.recv(64) == struct.pack("<i", -errno.EAGAIN)
    except OSError:
        return False


@attack
def numbers_of_one_user_are_bounded_and_come_back_with_the_mount(scene):
    second = Mount(scene, "second")
    def take(device, count):
        with open(scene.own, "rb") as file:
            for _ in range(count):
                number = scene.users.opens(device, file.fileno())
                assert number > 0, number
    def is_full():
        with open(scene.own, "rb") as file:
            for device in (scene.mount.device, second.device):
                expect(scene.users.opens(device, file.fileno()), -errno.EDQUOT)
    as_user(NOBODY, lambda: take(second.device, 4095))
    as_user(NOBODY, lambda: take(scene.mount.device, 1))
    as_user(NOBODY, is_full)
    scene.still_serves(OTHER)
    second.end()
    scene.still_serves()


# MARK: The process

@attack
def a_file_system_that_stands_still_holds_up_nobody_else(scene):
    stalled = Mount(scene, "stalled", answers_closes=False)
    told = os.pipe()
    holder = os.fork()
    if holder == 0:
        ends_with_parent()
        os.setresuid(NOBODY, NOBODY, NOBODY)
        file = os.open(stalled.file, os.O_RDONLY)
        # Each of these ends in a close that is not answered.
        said = {scene.users.opens(scene.mount.device, file) for _ in range(20)}
        os.write(told[1], b"r" if said == {-errno.EXDEV, -errno.EAGAIN} else repr(said).encode())
        signal.pause()
    scene.children.append(holder)
    expect(os.read(told[0], 100), b"r")
    scene.still_serves(OTHER)


@attack
def it_has_one_right_and_may_get_no_other(scene):
    with open(f"/proc/{scene.helper.pid}/status") as status:
        facts = dict(line.split(":\t", 1) for line in status.read().splitlines() if ":\t" in line)
    for name in ("CapPrm", "CapEff", "CapBnd"):
        expect(int(facts[name], 16), 1 << 21)
    for name in ("CapInh", "CapAmb"):
        expect(int(facts[name], 16), 0)
    expect(facts["NoNewPrivs"], "1")
    expect(facts["Seccomp"], "2")
    expect(facts["Uid"].split(), [str(HELPER)] * 4)
    as_root = subprocess.run([scene.program], capture_output=True, text=True)
    assert as_root.returncode == 1 and "not as root" in as_root.stderr, as_root
    without = subprocess.run(["setpriv", "--reuid", str(NOBODY), "--inh-caps", "-all", "--bounding-set", "-all", scene.program],
                             capture_output=True, text=True)
    assert without.returncode == 1 and "CAP_SYS_ADMIN" in without.stderr, without


@attack
def what_was_given_stays_when_it_is_killed(scene):
    with open(scene.own, "rb") as file:
        def take():
            number = scene.users.opens(scene.mount.device, file.fileno())
            assert number > 0, number
            scene.mount.backing = number
        as_user(NOBODY, take)
        scene.helper.kill()
        scene.helper.wait()
        as_user(NOBODY, lambda: expect(open(scene.mount.file, "rb").read(), CONTENT))
        scene.start_helper()
        # Of what one before it gave it knows nothing; that ends with the mount.
        number = scene.mount.backing
        as_user(NOBODY, lambda: expect(scene.users.closes(scene.mount.device, number), -errno.ENOENT))
    scene.still_serves()


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(ATTACKS))
        sys.exit()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    scene = Scene(sys.argv[1])
    try:
        ATTACKS[sys.argv[2]](scene)
    finally:
        scene.end()
