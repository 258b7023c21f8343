"""A fresh file system on a loop device, and what other data does to it."""
import contextlib, os, subprocess, time

MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q"], "btrfs": ["mkfs.btrfs", "-q"]}


def run(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def unmounted(path, seconds):
    end = time.time() + seconds
    while subprocess.run(["umount", path], capture_output=True).returncode:
        if time.time() > end:
            return False
        time.sleep(0.1)
    return True


@contextlib.contextmanager
def disk(directory, kind, size, problems):
    """A directory on a file system of its own; `kind` none takes a plain one. What cannot be taken down is a problem."""
    place = os.path.join(directory, "disk")
    os.mkdir(place)
    if kind == "none":
        yield place
        return
    image = os.path.join(directory, "image")
    with open(image, "wb") as file:
        file.truncate(size)
    run(*MAKE[kind], image)
    try:
        # Past the page cache of the disk below, where that can be.
        loop = run("losetup", "-f", "--show", "--direct-io=on", image).strip()
    except subprocess.CalledProcessError:
        loop = run("losetup", "-f", "--show", image).strip()
    try:
        run("mount", loop, place)
        try:
            yield place
        finally:
            if not unmounted(place, 10):
                problems.append(f"the disk cannot be unmounted: {holders(place)}")
                subprocess.run(["umount", "-l", place], capture_output=True)
    finally:
        subprocess.run(["losetup", "-d", loop], capture_output=True)
        for _ in range(50):
            if image not in run("losetup", "-a"):
                break
            time.sleep(0.1)
        else:
            problems.append(f"the loop device {loop} is left")


def holders(path):
    """Processes that have something open below a path, or whose command names it."""
    found = []
    for process in filter(str.isdigit, os.listdir("/proc")):
        if int(process) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            with open(f"/proc/{process}/cmdline") as file:
                command = file.read().replace("\0", " ").strip()
            links = [os.path.join(f"/proc/{process}/fd", name) for name in os.listdir(f"/proc/{process}/fd")]
            for link in links + [f"/proc/{process}/cwd"]:
                with contextlib.suppress(OSError):
                    if os.readlink(link).startswith(path + "/") or path in command:
                        found.append(f"{process} {command[:80]}")
                        break
    return found


def fill(path, stopped, chance):
    """Takes the last block away now and then, for some seconds, and gives all back."""
    name = os.path.join(path, "other data")
    while not stopped():
        time.sleep(chance.uniform(3, 10))
        with contextlib.suppress(OSError), open(name, "wb", buffering=0) as file:
            piece = 1 << 26
            while piece >= 512:
                try:
                    # Written, because what is only allocated may be given back.
                    file.write(os.urandom(min(piece, 1 << 20)))
                    if piece > 1 << 20:
                        os.posix_fallocate(file.fileno(), file.tell(), piece)
                        file.seek(0, os.SEEK_END)
                except OSError:
                    piece //= 4
                    file.seek(0, os.SEEK_END)
            end = time.time() + chance.uniform(1, 6)
            while time.time() < end and not stopped():
                time.sleep(0.1)
        with contextlib.suppress(OSError):
            os.remove(name)
