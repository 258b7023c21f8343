"""Runs on disk, from before they begin until a mount has taken their reports. The process may end at any moment in between.

The files of a run, in ComfyUI's user directory, share one stem:
  STEM.begun    what is going to run, written before it runs; and at its end a line with the files that it left, written before the
                prompt counts as done
  STEM.inputs   the hashes of its input files, once they are known
  STEM.json     the report to be delivered; once it exists, the others are removed

A process holds a lock on OWNER.lock while it lives, its stems begin with OWNER, and OWNER.environment describes its environment. Files
of an owner that has ended are finished by the process that finds them. Files that cannot be read, or make no sense, are moved to
`rejected` with a text that says why, so that they block nothing else.
"""
import contextlib
import errno
import fcntl
import functools
import json
import logging
import os
import stat
import struct
import threading
import time
import uuid

log = logging.getLogger("reprofs")
OWNER = uuid.uuid4().hex[:12]
STEPS = (".begun", ".inputs")
_lock = None
_claiming = threading.Lock()
_count = 0
_told = set()


class Bad(Exception):
    """An entry that can never be delivered."""


class Foreign(Exception):
    """An entry of another user, which stays where it is."""


@functools.cache
def directory():
    import folder_paths

    user = getattr(folder_paths, "get_user_directory", lambda: os.path.join(folder_paths.base_path, "user"))()
    return os.path.join(user, "reprofs", "spool")


def _path(stem, ending):
    return os.path.join(directory(), stem + ending)


def _own(path, flags):
    """Opens one of the spool's files, without waiting for a pipe and without following a link."""
    file = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "it is not a file", path)
    return file


def claim():
    """Locks the file that shows that this process lives; done before anything of a run is written. A lock of fcntl ends with its
    process, however that ends."""
    global _lock
    # Closing any descriptor of the file would release the lock.
    with _claiming:
        # Another process may have removed it before it was locked, or a user may have emptied the directory: then it is made anew.
        while _lock is None or not _is_at(_lock.fileno(), _lock.name):
            os.makedirs(directory(), exist_ok=True)
            _lock = None
            lock = open(_path(OWNER, ".lock"), "ab", opener=_own)
            # Without locks, no other process ever finishes this one's runs.
            with contextlib.suppress(OSError):
                fcntl.lockf(lock, fcntl.LOCK_EX)
            _lock = lock


def _is_at(descriptor, path):
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))
    except FileNotFoundError:
        return False


def new_stem():
    """Stems in the order of their runs."""
    global _count
    _count += 1
    return f"{OWNER}-{time.time_ns()}-{_count}"


def begin(stem, facts, prompt):
    """Notes what is going to run: its facts, and the graph as JSON. Returns the open file, for `end`.

    This does not wait for the disk: what the kernel has survives the end of the process.
    """
    claim()
    path = _path(stem, ".begun")
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        _write(file, json.dumps(facts).encode() + b"\n" + prompt.encode() + b"\n")
    except BaseException:
        os.close(file)
        _remove(path)
        raise
    return file


def end(file, facts):
    """Notes which files a run left. If the line is cut off, the run counts as one that did not end."""
    _write(file, json.dumps(facts).encode() + b"\n")


def _write(file, body):
    while body:
        body = body[os.write(file, body):]


def write(stem, ending, value):
    """Writes a file completely or not at all."""
    claim()
    path = _path(stem, ending)
    with open(path + ".part", "wb", buffering=0, opener=_own) as file:
        _write(file.fileno(), json.dumps(value).encode())
    os.replace(path + ".part", path)


def content(path):
    """The bytes of an entry. Raises FileNotFoundError if it is gone, Foreign if it is another user's, and Bad if it is not a file or
    cannot be read. Does not wait for a pipe or follow a link."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        if not _is_own(os.lstat(path)):
            raise Foreign("it belongs to another user") from error
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            raise
        raise Bad(f"it cannot be read: {error.strerror}") from error
    try:
        facts = os.fstat(file)
        if not _is_own(facts):
            raise Foreign("it belongs to another user")
        if not stat.S_ISREG(facts.st_mode):
            raise Bad("it is not a file")
        parts = []
        try:
            while part := os.read(file, 1 << 20):
                parts.append(part)
        except OSError as error:
            raise Bad(f"it cannot be read: {error.strerror}") from error
        return b"".join(parts)
    finally:
        os.close(file)


def _is_own(facts):
    # On some file systems all files have the same owner.
    return facts.st_uid == (os.fstat(_lock.fileno()).st_uid if _lock else os.geteuid())


def begun(stem):
    """(facts, prompt, end) of a run; the end is None if it did not end. None if it had not begun."""
    *lines, _ = content(_path(stem, ".begun")).split(b"\n")
    if len(lines) < 2:
        return None
    try:
        facts, prompt = json.loads(lines[0]), lines[1].decode()
        if not isinstance(facts, dict) or not isinstance(json.loads(prompt), dict):
            raise ValueError("no objects")
        return facts, prompt, json.loads(lines[2]) if len(lines) > 2 else None
    except ValueError as error:
        raise Bad(f"it is not what was written: {error}") from error


def read(stem, ending):
    """A further file of a run; None if it does not exist or cannot be read: the run is reported without it."""
    try:
        return json.loads(content(_path(stem, ending)))
    except (OSError, ValueError, Bad, Foreign):
        return None


def finish(stem, report):
    """Replaces the steps of a run by its report; None if there is nothing to report."""
    if report is not None:
        write(stem, ".json", report)
    for ending in STEPS:
        _remove(_path(stem, ending))


def _remove(path):
    with contextlib.suppress(FileNotFoundError):
        os.remove(path)


def reports():
    """The paths of the reports that this process delivers, in the order of their runs: its own, and those of processes that have
    ended. A living process delivers its own, perhaps to another mount."""
    names = [name for name in _names() if name.endswith(".json")]
    others = {owner for owner in map(_owner, names) if owner != OWNER and _lives(owner)}
    return [os.path.join(directory(), name) for name in sorted(names, key=_age) if _owner(name) not in others]


def _lives(owner):
    """Whether a process holds its lock, without taking it. Source: fcntl(2), struct flock of 64-bit Linux."""
    try:
        with open(_path(owner, ".lock"), "rb", opener=_own) as lock:
            asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            return struct.unpack("hhqqi4x", fcntl.fcntl(lock, fcntl.F_GETLK, asked))[0] != fcntl.F_UNLCK
    except OSError:
        return False


def reject(path, why):
    """Moves an entry to `rejected`, and logs that once."""
    place = os.path.join(directory(), "rejected")
    try:
        os.makedirs(place, exist_ok=True)
        there = os.path.join(place, os.path.basename(path))
        with open(there + ".reason", "w", errors="surrogateescape", opener=_own) as file:
            file.write(f"{why}\n")
        os.rename(path, there)
        tell(path, f"what was told of a run is set aside in {there!a}: {why}")
    except OSError as error:
        tell(path, f"what was told of a run cannot be used: {path!a}: {why}; it cannot be set aside: {error.strerror}")


def set_aside(stem, ending, why):
    """Rejects a part of a run, if it exists."""
    path = _path(stem, ending)
    if os.path.lexists(path):
        reject(path, why)


def has_report(stem):
    return os.path.lexists(_path(stem, ".json"))


def tell(key, text):
    """Logs a warning once for each key."""
    if key not in _told:
        _told.add(key)
        log.warning("ReproFS: %s", text)


def _names():
    try:
        return os.listdir(directory())
    except OSError:
        return []


def _age(name):
    """The sort key of a stem: the time, then the count. Stems of 0.2.0 begin with the time and have no owner."""
    parts = name.split(".")[0].split("-")
    numbers = [int(part) for part in parts if part.isascii() and part.isdecimal() and (len(part) > 15 or part is parts[-1])]
    return numbers, name


def _owner(name):
    return name.split(".")[0].split("-")[0]


def abandoned():
    """(owner, stems) of each process that has ended and left files. Its unfinished files are removed, and its lock and environment
    once none of its runs is left. Its lock is held meanwhile, so that no two processes finish the same runs."""
    endings = STEPS + (".lock", ".environment", ".part")
    for owner in sorted({_owner(name) for name in _names() if name.endswith(endings)} - {OWNER}):
        try:
            lock = open(_path(owner, ".lock"), "ab", opener=_own)
        except OSError as error:
            log.debug("ReproFS: %r", error)
            continue
        with lock:
            try:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            if not _is_at(lock.fileno(), lock.name):
                continue
            yield owner, sorted({name[:-len(".begun")] for name in _of(owner) if name.endswith(".begun")}, key=_age)
            left = _of(owner)
            if any(name.endswith(".begun") for name in left):
                continue
            for name in left:
                if name.endswith((".part", ".inputs", ".environment", ".lock")):
                    with contextlib.suppress(OSError):
                        os.remove(os.path.join(directory(), name))


def _of(owner):
    return [name for name in _names() if _owner(name) == owner]
