"""Finds the mount of ReproFS, asks it who this process is, and hands it what waits in the spool."""
import errno
import json
import logging
import os

from . import spool

log = logging.getLogger("reprofs")
_known = None
_is_away = False


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
                _known = json.load(file).get("process") or _known
                return mount
        except (OSError, ValueError):
            continue
    return None


def process():
    """Who this process is to the mount, as far as one has ever told: it stays that when the mount goes away."""
    return _known


def hand_over(body, mount=None):
    """A report is kept by the mount when the file is closed."""
    mount = mount or find()
    if mount is None:
        raise FileNotFoundError("no mount of ReproFS is there")
    with open(os.path.join(mount, ".reprofs", "reports"), "wb", buffering=0) as file:
        view = memoryview(body)
        while view:
            view = view[file.write(view):]


def deliver():
    """Hands over what waits. A report that is refused is put aside, so that it stops nothing; anything else that fails means
    that the mount is away, or cannot take it now. Says whether nothing waits any more."""
    global _is_away
    waiting = spool.reports()
    mount = find() if waiting else None
    for path in waiting:
        if mount is None:
            break
        with open(path, "rb") as file:
            body = file.read()
        try:
            hand_over(body, mount)
        except OSError as error:
            if error.errno != errno.EINVAL:
                log.debug("ReproFS: %r", error)
                mount = None
                break
            os.replace(path, path + ".refused")
            log.warning("ReproFS refused what was told of a run; it is kept in %s.refused", path)
            continue
        os.remove(path)
    is_away = bool(waiting) and mount is None
    if is_away and not _is_away:
        log.warning("ReproFS cannot be reached; what ran is kept in %s and told later.", spool.directory())
    _is_away = is_away
    return not is_away
