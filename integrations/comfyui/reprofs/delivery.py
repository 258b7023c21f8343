"""Finds the mount of ReproFS, asks it who this process is, and delivers the reports that wait in the spool."""
import collections
import errno
import json
import logging
import os

from . import spool
from .documents import parse

log = logging.getLogger("reprofs")
# Errors by which a mount refuses a report for good: it is not a report, or too long.
REFUSALS = (errno.EINVAL, errno.EFBIG, errno.EMSGSIZE)
# After this many failures in a row, nothing more is tried now.
FAILURES = 20
# The longest answer of `whoami`. Bytes.
LONGEST = 1 << 16
_known = None
# The mount that was logged last; None if it was logged that there is none.
_said = ""
# Reports that could not be written to the spool. If there are more, the oldest are lost.
_unkept = collections.deque(maxlen=64)
# Entries that were delivered and could not be removed.
_delivered = set()


def _mounts():
    """Directories that may be mount points of ReproFS: those above the directories where ComfyUI looks for models."""
    import folder_paths

    if os.environ.get("REPROFS_MOUNT"):
        yield os.environ["REPROFS_MOUNT"]
    seen = set()
    for paths, *_ in list(folder_paths.folder_names_and_paths.values()):
        for path in paths:
            for place in (os.path.abspath(path), os.path.realpath(path)):
                while place not in seen and place != os.path.dirname(place):
                    seen.add(place)
                    place = os.path.dirname(place)
                    yield place


def find():
    """Finds the mount point, and asks who this process is to the mount: its own process number means nothing across containers."""
    global _known
    for mount in _mounts():
        try:
            with open(os.path.join(mount, ".reprofs", "whoami"), "rb") as file:
                _known = parse(file.read(LONGEST + 1), LONGEST).get("process") or _known
        except (OSError, ValueError):
            continue
        return _say(mount)
    return _say(None)


def _say(mount):
    """Logs where runs are recorded, each time that the place changes."""
    global _said
    if mount != _said:
        _said = mount
        if mount is None:
            log.warning(
                "ReproFS cannot be reached: no mount of it is above ComfyUI's model directories, and REPROFS_MOUNT names none. What runs "
                "is kept in %a and told once there is one.", spool.directory())
        else:
            log.info("ReproFS: what runs is recorded at %a.", mount)
    return mount


def process():
    """Who this process is to the mount, as the mount last said; this stays when the mount goes away."""
    return _known


def _hand_over(body, mount):
    """Delivers a report: the mount stores it when the file is closed."""
    with open(os.path.join(mount, ".reprofs", "reports"), "wb", buffering=0) as file:
        view = memoryview(body)
        while view:
            view = view[file.write(view):]


def add(report):
    """Keeps a report that could not be written to the spool, to deliver it from memory."""
    if len(_unkept) == _unkept.maxlen:
        log.warning("ReproFS: too many runs wait in memory; the oldest is lost.")
    _unkept.append(json.dumps(report).encode())


def deliver():
    """Delivers the waiting reports. Those that are refused or cannot be read are set aside, so that they block nothing; any other
    failure means that the mount is away, or cannot take a report now. Returns whether none waits any longer."""
    waiting = spool.reports()
    mount = find() if waiting or _unkept else None
    is_complete, failures = True, 0
    for path in waiting:
        if path in _delivered:
            continue
        if mount is None or failures == FAILURES:
            is_complete = False
            break
        try:
            body = _read(path)
            if body is None:
                continue
            _hand_over(body, mount)
            failures = 0
        except OSError as error:
            if error.errno in REFUSALS:
                spool.reject(path, f"ReproFS refused it: {error.strerror}")
                continue
            spool.tell(error.errno, f"what ran cannot be told now, and is told later: {error}")
            is_complete, failures = False, failures + 1
            mount = find()
            continue
        try:
            os.remove(path)
        except FileNotFoundError:
            # Another process has delivered it, too; it counts once.
            pass
        except OSError as error:
            _delivered.add(path)
            spool.tell(path, f"what was told of a run cannot be removed: {path!a}: {error.strerror}")
    while _unkept and mount is not None and failures < FAILURES:
        try:
            _hand_over(_unkept[0], mount)
        except OSError as error:
            if error.errno not in REFUSALS:
                break
            log.warning("ReproFS refused what was told of a run: %s", error.strerror)
        _unkept.popleft()
    return is_complete and not _unkept


def _read(path):
    """The report in an entry; None if there is none that can be delivered."""
    try:
        body = spool.content(path)
        if not isinstance(json.loads(body), dict):
            raise spool.Bad("it is not a report")
        return body
    except FileNotFoundError:
        # Another process has delivered it.
        return None
    except spool.Foreign as why:
        spool.tell(path, f"what was told of a run stays in {path!a}: {why}")
    except (spool.Bad, ValueError, RecursionError) as why:
        spool.reject(path, why)
    return None
