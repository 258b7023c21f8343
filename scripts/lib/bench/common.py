"""What the benchmarks share: a fresh file system, mounts that end, turns, medians and the table."""
import contextlib, json, os, platform, shutil, signal, statistics, subprocess, sys, tempfile, time

REPROFS = os.environ["REPROFS"]
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.geteuid() == 0
# A run that is told to end takes its mounts and disks with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def run(*arguments, **options):
    return subprocess.run(arguments, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def unmount(path):
    # The mount's process may take a moment to end.
    for _ in range(60):
        if subprocess.run(["umount", path], stderr=subprocess.DEVNULL).returncode == 0:
            return
        time.sleep(1)


@contextlib.contextmanager
def fresh_disk(size, directory=None, kind="ext4", options=()):
    """A directory on a file system of its own, of `size` bytes, that nothing was ever deleted from; without root a plain one."""
    work = tempfile.mkdtemp(prefix="reprofs-bench-", dir=directory)
    # For other users, too.
    os.chmod(work, 0o755)
    disk, loop = os.path.join(work, "disk"), None
    try:
        if ROOT:
            image = os.path.join(work, "image")
            # Written once, so that no round pays for the room that the file takes on the disk below.
            with open(image, "wb") as file:
                piece = bytes(64 << 20)
                for _ in range(0, size, len(piece)):
                    file.write(piece)
                os.fsync(file.fileno())
            run(f"mkfs.{kind}", *(["-q", "-F"] if kind == "ext4" else ["-q"]), *options, image)
            os.mkdir(disk)
            # Past the page cache of the disk below, or everything would be cached twice.
            loop = run("losetup", "-f", "--show", "--direct-io=on", image).strip()
            run("mount", loop, disk)
        yield disk if loop else work
    finally:
        if loop:
            unmount(disk)
            run("losetup", "-d", loop)
        shutil.rmtree(work, ignore_errors=True)


NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


@contextlib.contextmanager
def reprofs_mount(store, mount, *options, **who):
    environment = dict(os.environ, REPROFS_STORE=store, HOME=os.path.dirname(mount))
    run(REPROFS, "mount", mount, *options, env=environment, **who)
    try:
        yield mount
    finally:
        run(REPROFS, "unmount", mount, env=environment, **who)


@contextlib.contextmanager
def floor_mount(program, directory, mount, *options, **who):
    """One of the do-nothing daemons of floor/, over `directory`."""
    os.makedirs(mount, exist_ok=True)
    if who:
        os.chown(mount, who["user"], who["group"])
    daemon = subprocess.Popen([program, directory, mount, *options], **who)
    while not os.path.ismount(mount):
        time.sleep(0.02)
    try:
        yield mount
    finally:
        unmount(mount)
        daemon.wait()


def build_floor(directory):
    flags = run("pkg-config", "--cflags", "--libs", "fuse3").split()
    source = os.path.join(HERE, "floor", "floor.c")
    for name, defines in (("passthrough", ["-DPASSTHROUGH"]), ("pread", [])):
        run("cc", "-O2", *defines, source, "-o", os.path.join(directory, name), *flags)
        yield os.path.join(directory, name)


def drop_caches():
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w") as file:
        file.write("3")
    time.sleep(0.3)


def in_turns(rounds, works):
    """Runs every work once a round; `works` maps names to functions that return seconds. The medians."""
    times, names = {name: [] for name in works}, list(works)
    for _ in range(rounds):
        for name in names:
            times[name].append(works[name]())
        # What one leaves in the caches of a machine below is not always the same one's luck.
        names = names[1:] + names[:1]
    return {name: statistics.median(values) for name, values in times.items()}, times


def timed(work):
    start = time.monotonic()
    work()
    return time.monotonic() - start


def headline(rounds):
    fuse = run("pkg-config", "--modversion", "fuse3").strip()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Linux {platform.release()}, libfuse {fuse}, "
          f"{run(REPROFS, '--version').strip()}, medians of {rounds}", flush=True)


def table(rows, columns):
    print("| " + " | ".join(columns) + " |\n|" + " --- |" * len(columns))
    for row in rows:
        print("| " + " | ".join(row) + " |", flush=True)
