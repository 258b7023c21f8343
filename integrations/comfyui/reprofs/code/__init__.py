"""Reads what the code of a node class can reach within its pack, for what does not repeat: chance without a seed, clocks, the
network, files, environment variables, state that is kept between runs, other processes.

It is read with Python's `ast`, nothing is run, and an import alone says nothing. What is passed in from elsewhere is not followed.
What could not be read says so: it counts as not known.
"""
import hashlib
import json
import logging
import os

from .. import spool
from .reading import FILES, Reading
from .source import Unread

log = logging.getLogger("reprofs")
# What is found changes with this number.
VERSION = 3
_known, _modules = {}, {}


def of(kind, root, is_busy):
    """What is known of a class of the pack at `root`: {"uses": […]}, or {"unread": why}. None where a prompt runs: it is read later."""
    key = (kind.__module__, kind.__qualname__)
    if key in _known:
        return _known[key]
    if is_busy():
        return None
    kept = _kept(root)
    told = kept.get(".".join(key))
    if told is None:
        try:
            # A pack that is one file has itself as its root.
            told = {"uses": Reading(os.path.realpath(root), _modules.setdefault(root, {})).read(kind)}
        except Unread as why:
            told = {"unread": str(why)}
        except Exception as error:
            told = {"unread": f"it cannot be followed: {type(error).__name__}"}
        kept[".".join(key)] = told
        _keep(root, kept)
    _known[key] = told
    return told


_packs = {}


def _place(root):
    """Where is kept what was read of a pack, by what its files were."""
    digest = hashlib.sha256(str(VERSION).encode())
    paths = [root]
    for top, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if not name.startswith(".") and name != "__pycache__")
        paths += [os.path.join(top, name) for name in sorted(names) if name.endswith(".py")]
    for path in paths[:FILES * 10]:
        facts = os.stat(path)
        digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns if path.endswith('.py') else 0}\n".encode("utf-8", "surrogateescape"))
    return os.path.join(os.path.dirname(spool.directory()), "code", digest.hexdigest()[:32] + ".json")


def _kept(root):
    if root not in _packs:
        found = {}
        try:
            place = _place(root)
            with open(place, "rb") as file:
                found = json.load(file)
        except (OSError, ValueError):
            pass
        _packs[root] = found if isinstance(found, dict) else {}
    return _packs[root]


def _keep(root, kept):
    try:
        place = _place(root)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place + ".part", "w") as file:
            json.dump(kept, file)
        os.replace(place + ".part", place)
    except OSError as error:
        log.debug("ReproFS: %r", error)
