"""What ran, on disk, from before it runs until a mount has taken it. A process may end at any moment in between.

Of a run there are, in ComfyUI's user directory, under one stem:
  STEM.begun    what is going to run; written before it does
  STEM.inputs   the hashes of its input files, once they are known
  STEM.done     which files it left; written before the prompt counts as done
  STEM.json     the report, to be delivered; once it is there the others go

A process holds OWNER.lock as long as it lives, its stems begin with OWNER, and OWNER.environment says what it runs in. What lies
there of an owner that lives no more is finished by whoever finds it.
"""
import fcntl
import functools
import json
import logging
import os
import time
import uuid

log = logging.getLogger("reprofs")
OWNER = uuid.uuid4().hex[:12]
STEPS = (".begun", ".inputs", ".done")
_lock = None
_count = 0


@functools.cache
def directory():
    import folder_paths

    user = getattr(folder_paths, "get_user_directory", lambda: os.path.join(folder_paths.base_path, "user"))()
    return os.path.join(user, "reprofs", "spool")


def _path(stem, ending):
    return os.path.join(directory(), stem + ending)


def claim():
    """Says that this process lives. What a lock of fcntl's holds is let go of when it ends, however it does."""
    global _lock
    if _lock is None:
        os.makedirs(directory(), exist_ok=True)
        lock = open(_path(OWNER, ".lock"), "ab")
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _lock = lock


def new_stem():
    """Stems in the order of their runs."""
    global _count
    _count += 1
    return f"{OWNER}-{time.time_ns()}-{_count}"


def note(stem, ending, value):
    """A step, in one call that is over before what it tells of can happen. Nothing waits for the disk: what the kernel has, the end
    of a process does not take."""
    file = os.open(_path(stem, ending), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        body = json.dumps(value).encode()
        while body:
            body = body[os.write(file, body):]
    finally:
        os.close(file)


def write(stem, ending, value):
    """Whole or not at all."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    path = _path(stem, ending)
    with open(path + ".part", "wb", buffering=0) as file:
        view = memoryview(body)
        while view:
            view = view[file.write(view):]
    os.replace(path + ".part", path)


def read(stem, ending):
    """None where it is not there, or not JSON."""
    try:
        with open(_path(stem, ending), "rb") as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def finish(stem, report):
    """The report takes the place of the steps; None: there is nothing to tell."""
    if report is not None:
        write(stem, ".json", report)
    for ending in STEPS:
        _remove(_path(stem, ending))


def _remove(path):
    try:
        os.remove(path)
    except FileNotFoundError:
        pass


def reports():
    """The paths of reports that wait, in the order of their runs."""
    return [os.path.join(directory(), name) for name in sorted(_names(), key=_age) if name.endswith(".json")]


def _names():
    try:
        return os.listdir(directory())
    except OSError:
        return []


def _age(name):
    """What orders stems: the time, then the count. Those of 0.2.0 begin with their time and have no owner."""
    parts = name.split(".")[0].split("-")
    numbers = [int(part) for part in parts if part.isdecimal() and (len(part) > 15 or part is parts[-1])]
    return numbers, name


def _owner(name):
    return name.split(".")[0].split("-")[0]


def abandoned():
    """(owner, stem) of each run that a process left which lives no more, in their order. What it was just writing is removed,
    and so is the rest of it once all its runs are finished."""
    names = _names()
    for owner in sorted(_owner(name) for name in names if name.endswith(".lock")):
        if owner == OWNER:
            continue
        with open(_path(owner, ".lock"), "ab") as lock:
            try:
                fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            # Held meanwhile, so that two processes do not finish the same runs.
            own = [name for name in _names() if _owner(name) == owner]
            for name in own:
                if name.endswith(".part"):
                    _remove(os.path.join(directory(), name))
            for stem in sorted({name.rsplit(".", 1)[0] for name in own if name.endswith(STEPS)}, key=_age):
                if os.path.exists(_path(stem, ".json")):
                    finish(stem, None)
                else:
                    yield owner, stem
            for ending in (".environment", ".lock"):
                _remove(_path(owner, ending))
