"""Reads the code of a pack that a node class can reach, to find what may give other results in another run: random numbers without a
seed, clocks, the network, files, environment variables, state that is kept between runs, other processes.

Python's `ast` reads it; nothing is run, and an import alone is not a finding. Values from elsewhere are not followed. Code that cannot be
read is reported as such.
"""
import hashlib
import json
import logging
import os

from .. import spool
from .reading import FILES, Reading
from .source import Unread

log = logging.getLogger("reprofs")
# To be raised when the findings for the same code change.
VERSION = 3
_known, _modules = {}, {}


def of(kind, root, is_busy):
    """What a class of the pack at `root` uses: {"uses": […]}, or {"unread": why}. None while a prompt runs; it is read later then."""
    key = (kind.__module__, kind.__qualname__)
    if key in _known:
        return _known[key]
    if is_busy():
        return None
    kept = _kept(root)
    told = kept.get(".".join(key))
    if told is None:
        try:
            # The root of a pack that is a single file is that file.
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
    """The path of the cache for a pack, which depends on the state of its files."""
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
