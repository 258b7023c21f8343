"""A process that looks at the board: what takes too long is said with what the kernel knows of it, and the mount is cut off so
that everybody gets an answer."""
import contextlib, os, re, shutil, subprocess, time

from shared import HUNG, STOP, Notes


def connection(mount):
    """The number of a mount's connection, from the device number of its file system."""
    with open("/proc/self/mountinfo") as file:
        for line in file:
            fields = line.split()
            if fields[4] == mount:
                return fields[2].split(":")[1]
    return None


# What the names of the project's functions hold, beside the lock that they wait for.
MODULES = ("Store", "ReproFS", "Live", "Draft", "Catalogue", "_lockSlow")
CONNECTIONS = "/sys/fs/fuse/connections"


def prepare():
    """The kernel's list of connections is a file system of its own, which not every machine mounts. Whether this did."""
    return not os.path.ismount(CONNECTIONS) and not subprocess.run(
        ["mount", "-t", "fusectl", "none", CONNECTIONS], capture_output=True).returncode


def abort(mount):
    """Everybody who waits for the mount gets an error; where the kernel cannot be asked for that, its process dies."""
    try:
        with open(f"{CONNECTIONS}/{connection(mount)}/abort", "w") as file:
            file.write("1")
    except OSError:
        for process in processes_of(mount):
            os.kill(process, 9)


def read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError as error:
        return f"({error.strerror})"


def threads(process):
    """Where each thread of a process waits in the kernel, and in which call."""
    try:
        tasks = sorted(os.listdir(f"/proc/{process}/task"), key=int)
    except OSError:
        return
    for task in tasks:
        top = f"/proc/{process}/task/{task}"
        state = read(f"{top}/stat").rpartition(")")[2].split()[:1]
        stack = " < ".join(line.split()[-1].split("+")[0] for line in read(f"{top}/stack").splitlines()[:6])
        yield f"  {task} {' '.join(state)} wchan {read(f'{top}/wchan')} call {read(f'{top}/syscall').split(' ')[0]}: {stack}"


def processes_of(mount):
    """The process that serves a mount: its command names it."""
    for process in filter(str.isdigit, os.listdir("/proc")):
        command = read(f"/proc/{process}/cmdline").split("\0")
        if len(command) > 1 and "mount" in command[1:2] and mount in command:
            yield int(process)


def report(board, slot, mount, file):
    def say(text):
        print(text, file=file, flush=True)

    start, process, _, text = board.look(slot)
    say(f"process {process} (number {slot}) waits for {time.monotonic() - start:.0f} s: {text}")
    for line in threads(process):
        say(line)
    number = connection(mount)
    say(f"connection {number}: {read(f'{CONNECTIONS}/{number}/waiting')} requests wait")
    say("what the others do:")
    for other in range(board.count):
        if other != slot and (seen := board.look(other)):
            say(f"  {time.monotonic() - seen[0]:6.1f} s  {other:3} process {seen[1]}: {seen[3]}")
    for server in processes_of(mount):
        say(f"the mount's process {server}:")
        for line in threads(server):
            say(line)
        for line in stacks(server):
            say(line)


def stacks(process):
    """The project's own functions in each thread, where a debugger is there."""
    if not shutil.which("gdb"):
        return
    done = subprocess.run(
        ["gdb", "-batch", "-p", str(process), "-ex", "thread apply all bt 24"], capture_output=True, text=True, timeout=120)
    names = done.stdout
    if demangle := shutil.which("swift-demangle"):
        names = subprocess.run([demangle, "--simplified"], input=names, capture_output=True, text=True).stdout
    thread, frames = "", []
    for line in names.splitlines() + ["Thread"]:
        if line.startswith("Thread"):
            if frames:
                yield f"  {thread}: {' < '.join(frames)}"
            thread, frames = line.partition("LWP ")[2].partition(")")[0], []
        # Its modules are in the names, whether these can be read or not.
        elif line.startswith("#") and any(mark in line for mark in MODULES):
            frames.append(re.sub(r"^#\d+ +(0x\w+ in )?", "", line).partition(" (")[0][:100])


def watch(board, mount, directory):
    notes = Notes(directory, "watch")
    while not board.is_set(STOP) or any(board.look(slot) for slot in range(board.count)):
        time.sleep(0.5)
        for slot in range(board.count):
            seen = board.look(slot)
            if seen is None or time.monotonic() - seen[0] <= seen[2]:
                continue
            board.set(HUNG), board.set(STOP)
            path = os.path.join(directory, "hang.txt")
            with open(path, "w") as file:
                with contextlib.suppress(Exception):
                    report(board, slot, mount, file)
            notes("hang", what=seen[3], process=seen[1], limit=seen[2], report=path)
            abort(mount)
            return
