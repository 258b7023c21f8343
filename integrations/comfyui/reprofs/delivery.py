"""Finds the mount of ReproFS, asks it who this process is, and hands it what waits in the spool."""
import collections
import errno
import json
import logging
import os

from . import spool
from .documents import parse

log = logging.getLogger("reprofs")
# What a mount refuses for good: no report, or one that is too long.
REFUSALS = (errno.EINVAL, errno.EFBIG, errno.EMSGSIZE)
# After so many failures in a row a mount cannot take anything now.
FAILURES = 20
# Bytes of what a mount says of who asks.
LONGEST = 1 << 16
_known = None
# The mount that the log named last; None where it said that there is none.
_said = ""
# Reports that the spool does not take. Should there be more, the oldest are lost.
_unkept = collections.deque(maxlen=64)
# Entries that were delivered and cannot be removed.
_delivered = set()


def _mounts():
    """Directories that may be mount points of ReproFS: above those where ComfyUI looks for models."""
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
    """The mount point, and who this process is to the mount: its own process number means nothing across containers."""
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
    """Says in the log where runs are recorded, once each time that this becomes another place."""
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
    """Who this process is to the mount, as far as one has ever told: it stays that when the mount goes away."""
    return _known


def _hand_over(body, mount):
    """A report is kept by the mount when the file is closed."""
    with open(os.path.join(mount, ".reprofs", "reports"), "wb", buffering=0) as file:
        view = memoryview(body)
        while view:
            view = view[file.write(view):]


def add(report):
    """Takes a report to be delivered that the spool does not take."""
    if len(_unkept) == _unkept.maxlen:
        log.warning("ReproFS: too many runs wait in memory; the oldest is lost.")
    _unkept.append(json.dumps(report).encode())


def deliver():
    """Hands over what waits. What is refused is set aside, and what cannot be read too, so that they stop nothing; anything else
    that fails means that the mount is away, or cannot take it now. Says whether nothing waits any more."""
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
            # Another process has delivered it, too; that counts once.
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
    """The report of an entry; None where there is none that can be delivered."""
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
